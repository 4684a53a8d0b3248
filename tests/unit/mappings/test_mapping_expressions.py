"""What a mapping may say of a column is a closed list of words."""

import pytest

from cohort_dsl.mappings import expressions
from cohort_dsl.mappings.days import DayFormat
from cohort_dsl.mappings.expressions import (
    Choose,
    Column,
    Constant,
    DayIn,
    DayOf,
    DaysAfter,
    Either,
    ExpressionError,
    First,
    FirstOfMonth,
    IfNoNumber,
    OpenEnd,
    Together,
    Without,
    changed,
    columns,
)
from cohort_dsl.mappings.words import parse

A, B = Column(None, "a"), Column("j", "b")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a", A),
        ("j.b", B),
        ("'x'", Constant("x")),
        ("12", Constant(12)),
        ("None", Constant(None)),
        ("first(a, j.b)", First((A, B))),
        ("choose(a, {1: 'x', None: j.b}, None)",
         Choose(A, ((1, Constant("x")), (None, B)), Constant(None))),
        ("if_no_number(a, j.b)", IfNoNumber(A, B)),
        ("day_of(a, j.b, 1)", DayOf(A, B, Constant(1))),
        ("open_end(a)", OpenEnd(A)),
        ("without(a, '.')", Without(A, ".")),
        ("day_in(a, 'DD/MM/YYYY')", DayIn(A, DayFormat("DD/MM/YYYY"))),
        ("days_after(a, j.b)", DaysAfter(A, B)),
        ("first_of_month(a)", FirstOfMonth(A)),
        ("together(a, '-', j.b)", Together((A, Constant("-"), B))),
        ("either(j.b, None)", Either((B, Constant(None)))),
        ("first(a,\n  j.b)", First((A, B))),
    ],
)  # fmt: skip
def test_a_text_has_one_meaning(text, meaning):
    assert parse(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a b",
        "a + 1",
        "a.b.c",
        "1.5",
        "True",
        "b'x'",
        "a; b",
        "(a, b)",
        "__import__('os')",
        "first(a)",
        "first(a, b=c)",
        "first(*a, b)",
        "choose(a, {}, 'z')",
        "choose(a, {1: 'x', '1': 'y'}, 'z')",
        "choose(a, b, c)",
        "choose(a, {**b}, 'z')",
        "choose(a, {b: 'x'}, 'z')",
        "without(a, b)",
        "without(a, '')",
        "before(a, 1)",
        "missing_if(a)",
        "missing_if(a, b)",
        "by_beginning(a, b, c)",
        "by_beginning(a, {}, c)",
        "by_beginning(a, {1: b}, c)",
        "open_end(a, b)",
        "day_in(a)",
        "day_in(a, b)",
        "day_in(a, 'YYYY')",
        "day_in(a, 'DDMMYY')",
        "day_in(a, 'YYYYMMDDDD')",
        "day_in(a, 'YYYY%MM')",
        "together(a)",
        "either(a)",
        "\0",
        "(" * 10_000,
    ],
)
def test_anything_else_is_refused_in_a_sentence(text):
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert str(refused.value)


def test_an_unknown_word_is_told_with_those_there_are():
    with pytest.raises(ExpressionError, match=r"no word last\(\).*first.*choose"):
        parse("last(a, b)")


def test_every_column_that_an_expression_reads_is_found():
    text = "first(choose(a, {'x': j.c}, b), if_no_number(d, open_end(day_of(e, f, 1))))"
    assert [str(c) for c in columns(parse(text))] == ["a", "j.c", "b", "d", "e", "f"]


def test_an_expression_is_changed_from_its_parts_on():
    text = "choose(first(a, 1), {'x': together(a, 'b')}, None)"

    def change(one):
        return B if one == A else one

    wanted = "choose(first(j.b, 1), {'x': together(j.b, 'b')}, None)"
    assert changed(parse(text), change) == parse(wanted)


def test_every_kind_of_expression_has_a_word_or_is_plain():
    made = {type(parse(text)) for text in EXAMPLES}
    assert made == {*expressions.Expression.__args__}


EXAMPLES = [
    "a",
    "1",
    "first(a, b)",
    "choose(a, {1: 'x'}, 'z')",
    "if_no_number(a, b)",
    "day_of(a, b, c)",
    "open_end(a)",
    "without(a, '.')",
    "day_in(a, 'YYYYMM')",
    "days_after(a, b)",
    "first_of_month(a)",
    "together(a, b)",
    "either(a, b)",
    "before(a, ':')",
    "after(a, ':')",
    "missing_if(a, '@')",
    "by_beginning(a, {'b': 1}, 2)",
    "first_of_month(a)",
    "earliest(a)",
    "latest(a)",
]
