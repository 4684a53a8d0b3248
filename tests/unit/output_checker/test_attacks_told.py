"""What an attacker would do, in words with numbers: shares and counts, nobody's value."""

import math
from dataclasses import replace

import pytest

from output_checker.checks import (
    differencing,
    few_values,
    identifiers,
    levels,
    protection,
    row_level,
    words,
)
from output_checker.checks.subjects import Candidate, Opaque, Verified
from output_checker.claims.model import Condition
from output_checker.differencing.compared import Compared
from output_checker.opaque.content import TEXT
from output_checker.opaque.scan import Scan
from output_checker.report import Form
from output_checker.suppress import told
from output_checker.suppress.primary import Cause
from output_checker.verify.numbers import Numbers, Providers
from tests.a_cohort import DEFAULT, EXACT, Desk, people
from tests.claimed_tables import counted

ONE = replace(DEFAULT, dominance_patients=1, dominance_percent=50)


@pytest.mark.parametrize(
    ("numbers", "policy", "said"),
    [
        (
            Numbers(40, 40, size=1000.0, largest=(500.0, 450.0), alike=5),
            DEFAULT,
            "the 2 largest patients have 95% of the total (90% allowed)",
        ),
        (
            Numbers(40, 40, size=1000.0, largest=(850.0, 80.0), alike=5),
            DEFAULT,
            "the 2 largest patients have 93% of the total (90% allowed); the second largest"
            " patient takes its own from the total, and knows the largest's to within 8.2%"
            " (10% asked for)",
        ),
        (
            Numbers(40, 40, size=1000.0, largest=(600.0, 80.0), alike=5),
            ONE,
            "the largest patient has 60% of the total (50% allowed)",
        ),
        (
            Numbers(40, 40, size=1000.0, largest=(600.0, 80.0), alike=38),
            DEFAULT,
            "38 of 40 patients have one value: the total less 38 times this is what the"
            " other 2 have together (10 asked for)",
        ),
        (Numbers(40, 40), DEFAULT, ""),
    ],
)
def test_few_who_make_up_most_of_a_total(numbers, policy, said):
    assert told.of_few(numbers, policy) == said


@pytest.mark.parametrize(
    ("found", "totals", "said"),
    [
        ([Providers(1)], False, "its patients are 1 provider's (3 asked for): it tells of"),
        ([Providers(2)], False, "either takes its own away and knows the other's"),
        ([Providers(4)], False, "its patients are 4 providers' (5 asked for): 3 of them"),
        ([Providers(9, 100.0, (80.0, 15.0))], True, "the 2 largest providers have 95% of"),
        ([Providers(9, 100.0, (80.0, 15.0))], False, ""),
        ([Providers(9, 100.0, (20.0, 15.0)), Providers(1)], True, "its patients are 1"),
    ],
)
def test_few_providers(found, totals, said):
    policy = replace(DEFAULT, provider_threshold=5 if found[0].count == 4 else 3)
    assert said in told.of_providers(found, totals, policy)
    assert bool(said) is bool(told.of_providers(found, totals, policy))


def test_what_is_left_open():
    assert told.between((1.0, 9.0)) == "1 to 9"
    assert told.between((1.0, math.inf)) == "1 or more"


def attacks(tmp_path, check, counts, **table):
    desk = Desk(tmp_path, people(counts, "row", "column"))
    desk.crosstab(rows="row", columns="column", **table)
    return [a for f in desk.file(EXACT).findings if f.check == check for a in f.attack]


def test_a_total_that_is_hidden_for_others_is_less_what_stands_beside_it(tmp_path):
    counts = {("a", "x"): 4, ("a", "y"): 30, ("b", "x"): 40, ("b", "y"): 50,
              ("c", "x"): 40, ("c", "z"): 3}  # fmt: skip
    said = attacks(tmp_path, "threshold", counts)
    assert "c, z: 43 (c, total) is for 2 hidden ones together" in "\n".join(said)
    assert any("were it shown, 90 (b, total) less it and less 50" in one for one in said)


def test_without_totals_there_is_nothing_to_take_away_from(tmp_path):
    said = attacks(tmp_path, "threshold", {("a", "x"): 4, ("b", "x"): 30}, margins=False)
    assert said[0].startswith("a, x: all that is shown leaves ")


def a_file(*rows, **more):
    return Opaque("t.csv", TEXT, DEFAULT, Form.TABLE, rows=rows, **more)


@pytest.mark.parametrize(
    ("scans", "said"),
    [
        (
            None,
            "2 words and numbers stand in the file, and each could be a patient's: none",
        ),
        ((), "2 words and numbers stand in the file, and each could be a patient's: there"),
        ((Scan(80, named=3, by_chance=0.02),), "3 of 80 patients' numbers; of any digits"),
        ((Scan(80, named=1, by_chance=0.9),), "of the others 1 are found, and of any"),
    ],
)
def test_patients_numbers_in_a_file(scans, said):
    (found,) = identifiers.check(a_file(("n",), ("12345",), scans=scans))
    assert said in found.attack[0]


def test_as_many_lines_as_people():
    lines = [(str(n % 7),) for n in range(41)]
    (found,) = row_level.check(a_file(*lines, scans=(Scan(40),)))
    assert found.attack == ("40 lines for 40 patients: 1.0 lines a patient",)


def verified(table, compared=Compared()):  # noqa: B008 (it is frozen)
    return Verified(table, {}, None, EXACT, compared)


def test_people_who_can_not_be_compared():
    table = counted({("a",): 20, ("b",): 30})
    unknown = Compared(unknown="the cohort's people can't be told apart")
    (found,) = differencing.check(verified(table, unknown))
    assert found.attack[0].startswith("50 here, less those of a table before: how many")


def test_words_of_few_in_a_condition():
    table = counted({("a",): 20, ("b",): 30})
    rare = {Condition("illness", "==", "kuru"): 2}
    (found,) = words.check(Candidate(replace(table, rarest=rare), DEFAULT))
    assert found.attack[0].startswith("9 patients at most have such a word (10 asked for)")


def test_a_table_that_can_not_be_protected():
    causes = {("a",): Cause.SMALL}
    table = counted({("a",): 2, ("b",): 30})
    (found,) = protection.check(replace(verified(table), causes=causes, refusal="too many"))
    assert found.attack[0].startswith(
        "1 of 3 cells are to be hidden for themselves, and no"
    )


def test_two_values_and_what_gives_their_counts():
    """Of means and of percentiles; authors' functions refuse such columns themselves."""
    table = counted(
        {("a",): 20, ("b",): 30}, kind="summary", value="x", measures=("n", "mean")
    )
    (found,) = few_values.check(Candidate(replace(table, distinct=2), DEFAULT))
    assert "with 2 numbers shown that is 2 equations" in found.attack[0]
    ranks = counted({("a",): 20}, kind="percentiles", value="x", measures=("n", "p50"))
    (found,) = few_values.check(Candidate(replace(ranks, distinct=2), DEFAULT))
    assert "2 values: the per cent at which percentiles go over" in found.attack[0]


def test_groups_of_few_on_average():
    table = counted({(f"{n}",): 4 for n in range(30)})
    by_year = replace(table.claim, dimensions=(replace(table.claim.dimensions[0]),))
    (listed, *_) = levels.check(Candidate(replace(table, claim=by_year), DEFAULT))
    assert listed.attack == (
        "120 patients have 30 levels: 4.0 a level, so whoever knows somebody's level finds"
        " them, or sees that they aren't there",
    )
    crossed = counted({(f"{a}", f"{b}"): 4 for a in range(6) for b in range(6)})
    (scattered, *_) = levels.check(Candidate(crossed, DEFAULT))
    assert scattered.attack[0].startswith("144 patients are in 36 groups, 4.0 in each")
