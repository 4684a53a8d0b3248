"""A suppression problem's file: what is read, and what is refused with place and remedy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from output_checker.errors import ProblemError
from output_checker.suppress import audited, loads, problem_file, protected, read
from tests.a_command import strongroom

LINE: dict[str, Any] = {
    "format": "disclosure-problem",
    "version": 1,
    "title": "one line",
    "cells": [
        {"id": "a", "value": 1},
        {"id": "b", "value": 20, "weight": 5},
        {"id": "c", "value": 30},
        {"id": "all", "value": 51, "fixed": True},
    ],
    "equations": [{"all": -1, "a": 1, "b": 1, "c": 1}],
    "primaries": [{"id": "a", "lower": 1, "upper": 3, "sliding": 4}],
}


def line(**changes: Any) -> bytes:
    return json.dumps({**LINE, **changes}).encode()


def cells(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**cell, **changes.get(cell["id"], {})} for cell in LINE["cells"]]


def test_a_problem_is_solved_in_its_own_words():
    outcome = protected(loads(line(), where="line"))
    assert (outcome.hidden, outcome.secondary) == (("a", "b"), ("b",))
    assert (outcome.cost, outcome.bound, outcome.proven, outcome.gap) == (5, 5, True, 0)
    assert outcome.primaries[0].interval == (0, 21)


def test_the_pattern_of_the_file_is_audited():
    outcome = audited(loads(line(pattern=["a"]), where="line"))
    assert not outcome.safe
    assert outcome.primaries[0].interval == (1, 1)
    assert audited(loads(line(pattern=["a", "c"]), where="line")).safe


def test_numbers_of_any_unit_come_back_as_they_went_in():
    large = [{**cell, "value": cell["value"] * 1e9 + 0.0} for cell in LINE["cells"]]
    primaries = [{"id": "a", "lower": 5e8, "upper": 3e9}]
    stated = loads(line(cells=large, primaries=primaries, integer=False), where="line")
    (primary,) = protected(stated).primaries
    assert primary.interval == (0, 21e9)
    assert (primary.low, primary.high, primary.value) == (5e8, 4e9, 1e9)


def test_numbers_smaller_than_a_solvers_tolerance_are_attacked_all_the_same():
    small = [{**cell, "value": cell["value"] * 1e-9} for cell in LINE["cells"]]
    primaries = [{"id": "a", "lower": 1e-9, "upper": 3e-9}]
    stated = loads(line(cells=small, primaries=primaries), where="line")
    assert not audited(stated).safe
    outcome = protected(stated)
    assert outcome.secondary == ("c",)
    assert outcome.primaries[0].interval == pytest.approx((0, 31e-9))


def test_a_level_that_cannot_be_told_from_none_is_refused():
    primaries = [{"id": "a", "upper": 1e-9}]
    with pytest.raises(ProblemError, match="primary 'a': a level is too small"):
        loads(line(primaries=primaries), where="line")


def test_numbers_below_zero_may_be_hidden_too():
    changed = cells(a={"value": -1}, b={"value": 22})
    outcome = protected(loads(line(cells=changed), where="line"))
    assert outcome.secondary == ("b",)
    assert outcome.primaries[0].interval[0] < -1


def test_zeros_are_shown_unless_the_file_says_otherwise():
    changed = cells(b={"value": 0}, c={"value": 50})
    assert protected(loads(line(cells=changed), where="line")).secondary == ("c",)
    asked = [{"id": "a", "lower": 1}]
    hideable = loads(line(cells=changed, zeros="hideable", primaries=asked), where="line")
    assert protected(hideable).secondary == ("b",)


def test_who_is_alone_in_a_cell_attacks_the_others():
    """a and c are single people: who is in a knows c, unless b is hidden, too."""
    changed = [("a", 1), ("b", 2), ("c", 1), ("d", 0), ("all", 4)]
    ones: dict[str, Any] = {
        "cells": [{"id": id_, "value": value} for id_, value in changed],
        "equations": [{"all": -1, "a": 1, "b": 1, "c": 1, "d": 1}],
        "primaries": [{"id": id_, "lower": 1, "upper": 1} for id_ in "ac"],
    }
    alone = loads(line(**ones), where="line")
    assert protected(alone).secondary == ()
    stated = loads(line(**ones, singles=[["a"], ["c"]]), where="line")
    outcome = audited(stated)
    assert [(p.id, p.insider, p.inside) for p in outcome.primaries] == [
        ("a", ("c",), (1, 1)),
        ("c", ("a",), (1, 1)),
    ]
    assert protected(stated).secondary == ("b",)


def test_nothing_that_may_be_hidden_may_be_enough():
    changed = cells(b={"fixed": True}, c={"fixed": True})
    with pytest.raises(ProblemError, match="no choice of hidden cells"):
        protected(loads(line(cells=changed), where="line"))


def test_when_time_is_up_that_is_told():
    late = iter([0.0])
    outcome = protected(loads(line(), where="line"), clock=lambda: next(late, 1e9))
    assert outcome.safe
    assert (outcome.proven, outcome.gap) == (False, 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{", "isn't JSON"),
        (b"\xff\xfe{}", "isn't JSON"),
        (b'"\\ud800"', "isn't JSON"),
        (b"[" * 100_000, "isn't JSON"),
        (b'{"format": 1, "format": 2}', "the key 'format' is there twice"),
        (line(surprise=1), "unknown keys: 'surprise'"),
        (line(version=2), "version doesn't fit the schema"),
        (b"[]", "the file doesn't fit the schema"),
        (b"{}", "the file lacks 'format', 'version'"),
        (line(cells=cells(a={"value": float("nan")})), "isn't JSON"),
        (line().replace(b'"value": 30', b'"value": 1e999'), "isn't JSON"),
        (line().replace(b'"value": 30', b'"value": ' + b"9" * 5000), "isn't JSON"),
        (line(cells=cells(a={"value": True})), "cells/0/value doesn't fit the schema"),
        (line(cells=cells(a={"colour": 1})), "cells/0: unknown keys: 'colour'"),
        (line(cells=[*LINE["cells"], {"id": "a", "value": 1}]), "the cell 'a' is there 2"),
        (line(primaries=[{"id": "a"}, {"id": "a"}]), "the primary 'a' is there 2 times"),
        (line(primaries=[{"id": "z"}]), "primaries: no cell is called 'z'"),
        (line(primaries=[{"id": "all"}]), "cell 'all' is primary, and so can't be fixed"),
        (line(equations=[{"all": -1, "z": 1}]), "equations/0: no cell is called 'z'"),
        (line(equations=[{"all": -1, "a": 1}]), "equations/0: its cells' values don't add"),
        (line(equations=[{"all": -2}]), "equations/0/all doesn't fit the schema"),
        (line(singles=[["z"]]), "singles/0: no cell is called 'z'"),
        (line(pattern=["z"]), "pattern: no cell is called 'z'"),
        (line(cells=cells(a={"low": 2})), "cell 'a': its value isn't between its low"),
        (line(cells=cells(a={"shown": [2, 3]})), "isn't between what it tells when shown"),
        (line(cells=cells(a={"high": 1e13})), "use a larger unit"),
        (line(cells=cells(a={"value": 1.5}), integer=True), "not all values are whole"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(data, said):
    with pytest.raises(ProblemError) as found:
        loads(data, where="line")
    assert said in found.value.problem
    assert "docs/disclosure.md" in found.value.remedy


def test_all_mistakes_are_told_at_once_up_to_a_length():
    wrong = [{"id": f"z{n}"} for n in range(50)]
    with pytest.raises(ProblemError) as found:
        loads(line(primaries=wrong), where="line")
    assert found.value.problem.count("; ") == 20
    assert found.value.problem.endswith("and more")


def test_no_more_than_a_fixed_size_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(problem_file, "MOST_BYTES", 100)
    (tmp_path / "p.json").write_bytes(line())
    with pytest.raises(ProblemError, match="larger than"):
        read(tmp_path / "p.json")
    monkeypatch.undo()
    monkeypatch.setattr(problem_file, "MOST_TERMS", 3)
    with pytest.raises(ProblemError, match="more than 3 terms"):
        loads(line(), where="line")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ProblemError, match="can't be read"):
        read(tmp_path / "none.json")


def test_the_command_audits_a_pattern_of_a_file_of_its_own(tmp_path):
    (tmp_path / "p.json").write_bytes(line())
    (tmp_path / "good.json").write_text('["a", "b"]')
    (tmp_path / "bad.json").write_text('["b"]')
    (tmp_path / "wrong.json").write_text('["z", "z"]')
    (tmp_path / "other.json").write_text("{}")

    def audit(name):
        return strongroom("disclosure", "audit", tmp_path / "p.json",
                          "--pattern", tmp_path / name, "--json")  # fmt: skip

    good, bad = audit("good.json"), audit("bad.json")
    assert (good.code, good.json["safe"], good.json["secondary"]) == (0, True, ["b"])
    assert (bad.code, bad.json["safe"], bad.error["kind"]) == (7, False, "PatternUnsafe")
    wrong, other = audit("wrong.json"), audit("other.json")
    assert (wrong.code, other.code) == (14, 14)
    assert "no cell is called 'z'" in wrong.error["problem"]
    assert "JSON list" in other.error["problem"]


def test_the_command_tells_people_who_finds_out(tmp_path):
    singles = [["b"]]
    (tmp_path / "p.json").write_bytes(line(singles=singles, pattern=["a", "b"]))
    said = strongroom("disclosure", "audit", tmp_path / "p.json")
    assert said.code == 7
    assert "NOT SAFE: 1 of 1" in said.out
    assert "FOUND OUT: 1 to 1 to who knows b" in said.out


def test_the_command_says_when_time_was_up(tmp_path):
    (tmp_path / "p.json").write_bytes(line())
    said = strongroom("disclosure", "protect", tmp_path / "p.json", "--seconds", "1e-9")
    assert said.code == 0
    assert "Not proven cheapest: a safe pattern may cost 0, 100.0% less" in said.out


def test_a_time_that_is_no_number_is_refused(tmp_path):
    """It would never be up."""
    (tmp_path / "p.json").write_bytes(line())
    said = strongroom("disclosure", "protect", tmp_path / "p.json", "--seconds", "nan")
    assert said.code == 2
    assert "nan is no number of seconds" in said.err
