"""Tables whose right answers are known, from the literature and from peers' tests.

Each file of `data/known` says where its numbers come from. Safety is judged by an audit of
its own; `best` is a proven optimum without single contributors, `peer` what another program
hides for it, `found` what the primaries alone leave to find out.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from output_checker.suppress import audited, loads, protected
from tests.plain_audit import found_out, interval

KNOWN = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "data" / "known").glob("*.json"))
}


def stated(problem: dict[str, Any]) -> Any:
    return loads(json.dumps(problem).encode(), where="known")


def those_with(key: str) -> list[str]:
    return [name for name, case in KNOWN.items() if key in case]


@pytest.mark.parametrize("name", those_with("best"))
def test_the_known_optimum_is_found_and_proven(name):
    case = KNOWN[name]
    outcome = protected(stated(case["problem"]))
    assert outcome.proven
    assert outcome.cost == pytest.approx(case["best"])
    assert outcome.cost <= case["peer"]
    assert found_out(case["problem"], outcome.hidden) == []
    found = {p.id: list(p.interval) for p in outcome.primaries}
    assert {id_: found[id_] for id_ in case.get("intervals", {})} == case.get(
        "intervals", {}
    )


@pytest.mark.parametrize("name", those_with("singles"))
def test_those_who_are_alone_in_a_cell_find_nothing_out_at_no_more_than_the_peers_cost(
    name,
):
    case = KNOWN[name]
    problem = {**case["problem"], "singles": case["singles"]}
    outcome = protected(stated(problem))
    assert outcome.proven
    assert outcome.cost <= case.get("with_singles", case["peer"])
    assert found_out(problem, outcome.hidden) == []


@pytest.mark.parametrize("name", those_with("found"))
def test_what_an_attacker_can_find_out_is_found(name):
    case = KNOWN[name]
    problem = case["problem"]
    outcome = audited(stated(problem))
    assert not outcome.safe
    found = {p.id: list(p.interval) for p in outcome.primaries}
    assert {id_: found[id_] for id_ in case["found"]} == case["found"]
    for id_, expected in case["found"].items():
        plain = interval(problem, outcome.hidden, id_)
        assert plain == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", those_with("peer_secondary"))
def test_a_peers_own_pattern_is_judged_by_the_same_attack(name):
    """Safe from anybody; from insiders one is, one isn't, as the plain audit finds, too."""
    case = KNOWN[name]
    hidden = [p["id"] for p in case["problem"]["primaries"]] + case["peer_secondary"]
    problem = {**case["problem"], "pattern": hidden}
    assert audited(stated(problem)).safe
    problem["singles"] = case["singles"]
    outcome = audited(stated(problem))
    ours = {p.id for p in outcome.primaries if not p.safe}
    assert ours == {id_ for id_, _ in found_out(problem, hidden)}


def test_the_peers_weak_spot_is_found_without_single_contributors_knowledge():
    """Two ones beside a shown zero: with what each of the two knows, both are known."""
    case = KNOWN["sdctable_singletons_1d"]
    problem = {**case["problem"], "singles": case["singles"]}
    outcome = audited(stated(problem))
    assert [(p.insider, p.inside) for p in outcome.primaries] == [
        (("c",), (1, 1)),
        (("a",), (1, 1)),
    ]
