"""Behind every mean there is a total, and totals can be subtracted like counts."""

from dataclasses import replace

import pytest

from output_checker.suppress.audit import Judge, as_pattern
from output_checker.suppress.family import family
from output_checker.verify.claim_file import loads
from output_checker.verify.cohort import Dataset, opened
from output_checker.verify.recompute import recompute
from tests.a_cohort import EXACT, Desk, people, shown

P, C = "primary", "complementary"


def a_desk(tmp_path, **groups):
    """Groups of people, by name, with what each of them costs."""
    frame = people({(name,): len(values) for name, values in groups.items()}, "row")
    frame["cost"] = [float(value) for values in groups.values() for value in values]
    return Desk(tmp_path, frame)


def spread(count, middle):
    return [middle + n / 7 for n in range(count)]


def hidden(tmp_path, measures=("n", "mean"), policy=EXACT, **groups):
    desk = a_desk(tmp_path, **groups)
    desk.summary(value="cost", by="row", measures=measures)
    return {levels[0]: n for levels, n in shown(desk.file(policy)).items() if n in (P, C)}


def test_a_mean_is_hidden_with_its_count(tmp_path):
    desk = a_desk(tmp_path, a=spread(4, 50), b=spread(12, 50), c=spread(30, 50))
    desk.summary(value="cost", by="row")
    cells = {cell.levels[0]: cell.values for cell in desk.file(EXACT).table.cells}
    assert cells["a"] == cells["b"] == {"n": None, "mean": None, "sd": None}
    assert cells["c"]["mean"] == 52.07


def test_a_count_alone_needs_no_more_than_a_crosstab(tmp_path):
    groups = {"a": spread(4, 1000), "b": spread(12, 0), "c": spread(30, 50)}
    assert hidden(tmp_path, measures=("n",), **groups) == {"a": P, "b": C}


def test_a_partner_with_too_small_a_total_does_not_hide_a_mean(tmp_path):
    """a and b together cost 4,009: whoever subtracts knows a's total to within 0.3 %."""
    groups = {"a": spread(4, 1000), "b": spread(12, 0), "c": spread(30, 50)}
    assert hidden(tmp_path, **groups) == {"a": P, "c": C}


def test_where_values_may_be_negative_any_partner_does(tmp_path):
    groups = {"a": spread(4, 1000), "b": spread(12, -0.9), "c": spread(30, 50)}
    assert hidden(tmp_path, **groups) == {"a": P, "b": C}


def test_squares_are_totals_too(tmp_path):
    """Costs of 100 among hundreds of 12: the mean hides them, the squares wouldn't."""
    groups = {"a": spread(9, 1000), "b": spread(12, 150), "c": spread(60, 140)}
    assert hidden(tmp_path, **groups) == {"a": P, "b": C}
    assert hidden(tmp_path, measures=("n", "mean", "sd"), **groups) == {"a": P, "c": C}


@pytest.mark.parametrize("rounding", [1, 5])
def test_rounded_counts_beside_means_are_taken_to_be_known_exactly(tmp_path, rounding):
    """The mean of whole numbers betrays n, so rounding saves no cell in a summary."""
    groups = {"a": range(9), "b": range(40), "c": range(50)}
    policy = replace(EXACT, round_to=rounding)
    assert hidden(tmp_path, policy=policy, **groups) == {"a": P, "b": C}


def test_a_total_hidden_in_one_summary_is_not_given_away_by_another(tmp_path):
    frame = people(
        {("a", "x"): 5, ("a", "y"): 40, ("b", "x"): 30, ("b", "y"): 50}, "row", "col"
    )
    frame["cost"] = spread(125, 50)
    desk = Desk(tmp_path, frame)
    desk.summary(path="output/t.csv", value="cost", by=["row", "col"])
    desk.summary(path="output/u.csv", value="cost", by="row")
    desk.summary(path="output/v.csv", value="cost", by="col")
    names = ["output/t", "output/u", "output/v"]
    with opened(Dataset(desk.dataset, desk.sha256)) as cohort:
        claims = [
            loads((tmp_path / f"{n}.claim.json").read_bytes(), where=n) for n in names
        ]
        tables = [
            recompute(n, claim, cohort, largest=2, few=10)
            for n, claim in zip(names, claims, strict=True)
        ]
    made = family(tables, EXACT)
    report = desk.report(EXACT)
    keys = {
        made.places[table.key(cell.levels)]
        for table in tables
        for cell in report[f"{table.path}.csv"].table.cells
        if cell.hidden
    }
    assert [layer.name for layer in made.problem.layers] == ["counts", "totals", "squares"]
    pattern = as_pattern(made.problem, frozenset(keys))
    assert list(Judge(made.problem).exposures(pattern)) == []
