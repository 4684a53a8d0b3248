"""What somebody with a released model, and much time, tries; and why it doesn't work."""

import pytest

from output_checker.claims import bands
from output_checker.report import Hidden, Verdict
from output_checker.suppress.coefficients import coarse
from tests.a_cohort import DEFAULT, EXACT, Desk, finding, people
from tests.a_model import a_cohort, judged, verdicts
from tests.a_past import TABLE, Institute, differences

FRAME = a_cohort()
ADDITIVE = {"outcome": "ill", "terms": ["sex", "arm"], "family": "logistic"}


def printed(folder, frame, policy, **model):
    folder.mkdir()
    file = judged(folder, frame, policy, **model)
    assert file.table is not None
    return [(cell.levels, *cell.values.values()) for cell in file.table.cells]


def one_more(place):
    """The same people, one of whom has the outcome instead of not, or not instead."""
    ill = FRAME.ill.copy()
    ill[place] = not ill[place]
    return FRAME.assign(ill=ill)


def test_two_means_of_an_intercept_and_a_yes_no_are_refused_as_the_table_they_are(tmp_path):
    """Intercept: the mean of those without. Intercept and slope: of those with it."""
    file = judged(tmp_path, FRAME, outcome="cost", terms="ill")
    assert verdicts(file, "saturated") == [Verdict.FAIL]
    assert file.table is None


def test_counts_are_not_found_by_searching_for_the_digits(tmp_path):
    """To four digits each change of one person's outcome shows; as printed most don't."""
    places = [FRAME.index[(FRAME.sex == s) & (FRAME.arm == a)][0] for s, a in GROUPS]
    alike = {}
    for name, policy in (("exact", EXACT), ("default", DEFAULT)):
        real = printed(tmp_path / name, FRAME, policy, **ADDITIVE)
        others = [
            printed(tmp_path / f"{name}{n}", one_more(n), policy, **ADDITIVE)
            for n in places
        ]
        alike[name] = sum(one == real for one in others)
    assert alike["exact"] == 0
    assert alike["default"] >= len(places) / 2


GROUPS = [(sex, arm) for sex in ("female", "male") for arm in ("a", "b", "c")]


def test_the_size_of_a_group_is_not_in_the_errors_of_means(tmp_path):
    """Two errors of group means have the ratio of square roots of the groups' sizes."""
    model = {"outcome": "cost", "terms": ["sex", "arm"]}
    lines = printed(tmp_path / "t", FRAME, DEFAULT, **model)
    errors = {levels: se for levels, _, se, _, _ in lines if se is not None}
    assert all(len(f"{se:g}".replace(".", "").strip("0")) <= 2 for se in errors.values())


@pytest.mark.parametrize(
    ("value", "width", "shown"),
    [(1.2345, 0, 1.2345), (1.2345, 0.03, 1.25), (-0.31, 0.2, -0.4), (7.0, 7.0, 10.0)],
)
def test_numbers_have_round_steps_of_at_least_a_width(value, width, shown):
    assert coarse(value, width) == pytest.approx(shown)


def test_a_number_of_two_values_is_rounded_by_how_far_they_are_apart(tmp_path):
    """Told in other units, the same column tells the same."""
    shown = []
    for unit in (1, 1000):
        frame = FRAME.assign(mark=(FRAME.sex == "male") * unit)
        model = {**ADDITIVE, "terms": ["mark", "arm"]}
        lines = printed(tmp_path / str(unit), frame, DEFAULT, **model)
        (line,) = (line for line in lines if line[0] == ("mark", ""))
        shown.append((line[1] * unit, line[2] * unit))
    assert shown[0] == pytest.approx(shown[1])


def test_one_persons_own_column(tmp_path):
    for n, column in enumerate((FRAME.index == 7, (FRAME.index == 7) * 1.0)):
        (folder := tmp_path / str(n)).mkdir()
        frame = FRAME.assign(her=column)
        file = judged(folder, frame, outcome="cost", terms=["age", "her"])
        assert file.table is None
        assert {"dummies", "model levels"} & {f.check for f in file.findings}


def test_the_same_model_without_one_person(tmp_path):
    """The coefficients' differences would be this person's row."""
    desk = Desk(tmp_path, FRAME)
    model = {"outcome": "cost", "terms": ["age", "sex"]}
    desk.make("regression", path="output/t.csv", **model)
    oldest = [("days", "<", int(FRAME.days.max()))]
    desk.make("regression", path="output/u.csv", where=oldest, **model)
    for file in desk.report(DEFAULT).values():
        assert file.verdict is Verdict.REVIEW
        assert finding(file, "differencing", Verdict.REVIEW).cells == ("n",)


def test_a_table_beside_a_model_of_all_but_one_of_its_people(tmp_path):
    desk = Desk(tmp_path, FRAME.assign(all="all"))
    desk.crosstab(path="output/t.csv", rows="all")
    oldest = [("days", "<", int(FRAME.days.max()))]
    model = {"outcome": "cost", "terms": ["age", "sex"], "where": oldest}
    desk.make("regression", path="output/u.csv", **model)
    found = desk.report(EXACT)["output/u.csv"]
    assert verdicts(found, "differencing") == [Verdict.REVIEW]


def test_a_model_again_when_one_person_has_left_the_cohort(tmp_path):
    """With what left earlier, not only within a job."""
    site, model = Institute(tmp_path, DEFAULT), {"outcome": "cost", "terms": ["age", "sex"]}
    first = site.desk(FRAME)
    first.make("regression", **model)
    assert site.report(first)[TABLE].verdict is Verdict.PASS
    site.leaves("job1")
    again = site.desk(FRAME[:-1])
    again.make("regression", **model)
    (found,) = differences(site.report(again)[TABLE])
    assert found.verdict is Verdict.REVIEW
    same = site.desk(FRAME)
    same.make("regression", **model)
    assert not differences(site.report(same)[TABLE])


def test_the_n_of_a_model_does_not_give_a_hidden_group_away(tmp_path):
    """The total less the model's n would be the hidden 3."""
    frame = people({("a",): 3, ("b",): 60, ("c",): 70}, "row")
    frame["age"] = [20 + n % 50 for n in range(len(frame))]
    frame["cost"] = [100 + (n * 37) % 91 for n in range(len(frame))]
    desk = Desk(tmp_path, frame)
    desk.crosstab(path="output/t.csv", rows="row")
    others = {"outcome": "cost", "terms": ["age"], "where": [("row", "!=", "a")]}
    desk.make("regression", path="output/u.csv", **others)
    report = desk.report(EXACT)
    table = {cell.levels: cell.hidden for cell in report["output/t.csv"].table.cells}
    assert table["a",] is Hidden.PRIMARY
    assert table[None,] is Hidden.COMPLEMENTARY or report["output/u.csv"].table is None


def test_messages_in_the_bands_of_a_term(tmp_path):
    file = judged(tmp_path, FRAME, outcome="cost", terms=["days", bands("age", [40.8191])])
    assert verdicts(file, "words") == [Verdict.REVIEW]
