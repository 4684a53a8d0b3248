"""What a page says of a rule, whatever the rule looks like."""

from __future__ import annotations

from datetime import date

import pytest

from cohort_dsl import case, create_dataset, when
from cohort_dsl.tables import PatientFrame, Series, table
from tests.manual import pages, source
from tests.manual.asked import asked_by
from tests.manual.markdown import grid
from tests.manual.rules import Rule
from tests.manual.words import words
from tests.spec.tables import e, p

LIMITS = [1, 2]
ONE = """
    patient | score
    1       | 5
"""


def tell(spec):
    spec(patients=ONE, ask=p.score, expect={1: 5})


def lines(function):
    rule = Rule(function)
    return source.laid_out([source.definition(rule, said) for said in rule.said])


def test_lines_that_the_definition_doesnt_need_are_left_out():
    def test_rule(spec):
        """Why."""
        answers = {1: 5}
        chosen = p.score
        chosen.is_null()
        spec(patients=ONE, ask=chosen, expect=answers)

    assert lines(test_rule) == [
        "chosen = patients.score\nchosen.is_null()\ndataset.answer = chosen"
    ]


def test_what_the_section_sets_up_is_shown_where_it_is_used():
    def test_rule(spec):
        """Why."""
        spec(patients=ONE, ask=p.score.is_in(LIMITS), expect={1: False})

    assert lines(test_rule) == [
        "LIMITS = [1, 2]\ndataset.answer = patients.score.is_in(LIMITS)"
    ]


def test_a_rule_may_declare_a_table_and_change_what_it_made():
    def test_rule(spec):
        """Why."""

        @table
        class weights(PatientFrame):
            weight = Series(int)

        weights.double = weights.weight * 2
        chain = weights.double
        for _ in range(2):
            chain = chain + 1
        spec(patients=ONE, ask=chain, expect={1: None})

    shown = lines(test_rule)[0]
    assert shown.startswith(
        "@table\nclass weights(PatientFrame):\n    weight = Series(int)"
    )
    assert "\nweights.double = weights.weight * 2\nchain = weights.double\n" in shown
    assert "    chain = chain + 1\n" in shown


def test_files_of_a_rule_lie_beside_the_definition():
    def test_rule(spec, tmp_path):
        """Why."""
        path = tmp_path / "codes.csv"
        path.write_text("1")
        spec(patients=ONE, ask=p.score / int(path.read_text()), expect={1: 5.0})

    shown = lines(test_rule)[0]
    assert shown.startswith('path = Path("codes.csv")\npath.write_text("1")\n')


def test_a_rule_may_tell_spec_several_things():
    def test_rule(spec):
        """Why."""
        for limit in LIMITS:
            spec(patients=ONE, ask=p.score > limit, expect={1: True})
        spec(patients=ONE, ask=p.score, expect={1: 5})

    assert lines(test_rule)[0] == lines(test_rule)[1]
    assert lines(test_rule)[2] == "dataset.answer = patients.score"


def test_a_rule_may_have_parameters_and_a_folder():
    @pytest.mark.parametrize("limit", [1, 2])
    @pytest.mark.parametrize(("low", "high"), [(1, 2)])
    def test_rule(spec, tmp_path, limit, low, high):
        """Why."""
        assert tmp_path.is_dir()
        spec(patients=ONE, ask=p.score > limit + low, expect={1: high == low})

    assert [said.told["expect"] for said in Rule(test_rule).said] == [{1: False}] * 2
    assert (
        lines(test_rule)[1]
        == "low = 1\nlimit = 2\ndataset.answer = patients.score > limit + low"
    )


def test_what_a_rule_doesnt_write_into_its_call_is_named():
    def test_rule(spec):
        """Why."""
        told = {"ask": p.score, "expect": {1: 5}}
        spec(patients=ONE, **told)

    with pytest.raises(AssertionError, match="into the call of spec"):
        lines(test_rule)


def test_a_rule_that_has_spec_called_elsewhere_is_named():
    def test_rule(spec):
        """Why."""
        tell(spec)

    with pytest.raises(AssertionError, match="doesn't call spec itself"):
        lines(test_rule)


def test_a_fixture_that_the_manual_doesnt_know_is_named():
    def test_rule(something):
        """Why."""

    with pytest.raises(AssertionError, match="no something to give"):
        _ = Rule(test_rule).said


def test_a_rule_that_says_nothing_is_named():
    def test_rule(spec):
        """Why."""

    with pytest.raises(AssertionError, match="rule tells spec nothing"):
        _ = Rule(test_rule).said


def test_whatever_a_rule_asks_is_found():
    dataset = create_dataset()
    dataset.define_population(p.smoker)
    choice = case(when(p.drinker).then(p.score), otherwise=0)

    def test_rule(spec):
        """Why."""
        spec(patients=ONE, ask={"a": [e.number, choice]}, dataset=dataset, expect={})

    asked = {str(one.node_) for one in asked_by(Rule(test_rule))}
    assert {str(one.node_) for one in (p.smoker, choice, e.number)} <= asked


SHAPES = {
    "of patients": ({1: date(2024, 1, 1), 2: None}, ["2024-01-01", ""]),
    "of rows": ([{"a": 1.0}, {"b": ""}], ["1.0", '`""`']),
    "of rows a patient": ({1: [(1, "x|y")], 2: []}, ["`x\\|y`"]),
    "of one value": (3, ["3"]),
    "of none": ([], []),
    "written as a table": ("a | b\nT | x", ["True", "x"]),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_answers_of_every_shape_are_tables(shape):
    answer, cells = SHAPES[shape]
    printed = grid(pages.answered(answer))
    assert len({len(row) for row in pages.answered(answer)}) == 1
    assert all(f"| {cell} |" in printed for cell in cells)


def test_sentences_have_their_apostrophes_capitals_and_words():
    def of(name):
        def rule(spec):
            """Why."""

        rule.__name__ = f"test_{name}"
        return Rule(rule).sentence

    assert of("a_row_s_sql_isnt_read") == "A row's SQL isn't read"
    assert of("is_in_nothing") == "`is_in` nothing"
    assert of("february_is_null") == "February is NULL"


def test_words_say_whose_they_are():
    found = {word.said: word.of for word in words()}
    assert found["where(condition)"] == "rows"
    assert found["sum_for_patient()"] == "numbers, one a row"
    assert found["is_null()"] == "every series"


def test_every_word_has_a_meaning_in_words():
    assert [word.said for word in words() if not word.meaning] == []
