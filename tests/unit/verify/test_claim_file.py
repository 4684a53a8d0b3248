"""A claim's file is held against its closed schema, then read for sense."""

import copy
import json

import pytest

from output_checker.claims import wire
from output_checker.claims.model import (
    FIGURES,
    KINDS,
    OPERATORS,
    PER,
    Condition,
    Derivation,
)
from output_checker.claims.outcome import FAMILIES
from output_checker.errors import ClaimError
from output_checker.verify import claim_file
from tests.claimed_tables import a_claim

GOOD = wire.as_json(
    a_claim(
        {("f",): 1, ("m",): 2},
        population=(Condition("age", "in", (18, 19)), Condition("age", "is present")),
        cells={("f",): {"n": 1}, ("m",): {"n": 2}, (None,): {"n": 3}},
    )
)


def read(body):
    return claim_file.loads(json.dumps(body).encode(), where="t.claim.json")


def test_a_good_claim_is_read():
    assert wire.as_json(read(GOOD)) == GOOD


def test_a_claim_of_version_1_is_read_as_what_it_says():
    old = {k: v for k, v in GOOD.items() if k not in ("per", "model")} | {"version": 1}
    assert wire.as_json(read(old)) == GOOD


def test_a_claim_of_version_1_knows_nothing_newer():
    with pytest.raises(ClaimError):
        read(GOOD | {"version": 1})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["version"], 3),
        (["version"], True),
        (["format"], "other"),
        (["extra"], 1),
        (["kind"], "regression"),
        (["kind"], "pivot"),
        (["per"], 1000),
        (["model"], {}),
        (["unit"], "visits"),
        (["title"], ""),
        (["title"], "a\u202eb"),
        (["figure"], "pie"),
        (["dataset", "sha256"], "abc"),
        (["dataset", "rows"], 5),
        (["population", 0, "operator"], "LIKE"),
        (["population", 0, "value"], {"sql": "1"}),
        (["population", 0, "value"], 18),
        (["dimensions"], []),
        (["dimensions", 0, "derivation"], {"kind": "sql", "text": "1"}),
        (["dimensions", 0, "derivation"], {"kind": "bands", "edges": [2, 1]}),
        (["dimensions", 0, "derivation"], {"kind": "year", "edges": [2, 1]}),
        (["dimensions", 0, "missing"], "ignored"),
        (["dimensions", 0, "levels"], ["f", "f"]),
        (["measures"], ["mean"]),
        (["measures"], ["n", "median"]),
        (["value"], "bmi"),
        (["cells", 0, "values"], {"n": 1, "note": 4}),
        (["cells", 0, "values"], {"n": "1"}),
        (["cells", 0, "levels"], ["m"]),
        (["cells", 0, "levels"], ["f", "x"]),
        (["cells"], []),
        (["cells"], None),
        (["margins"], False),
    ],
)
def test_anything_else_is_refused_with_its_place(path, value):
    body = copy.deepcopy(GOOD)
    at = body
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(ClaimError) as told:
        read(body)
    assert told.value.where == "t.claim.json"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"[" * 100_000, b'{"a": NaN}', b'"\\ud800"', b"null", b"[]"],
)
def test_what_is_not_a_claim_at_all_is_refused(data):
    with pytest.raises(ClaimError):
        claim_file.loads(data, where="t.claim.json")


def test_the_schema_and_the_model_know_the_same_words():
    schema = claim_file._schema().schema
    parts, defs = schema["properties"], schema["$defs"]
    assert parts["kind"]["enum"] == list(KINDS)
    assert parts["figure"]["enum"] == [None, *FIGURES]
    assert parts["per"]["enum"] == [None, *PER]
    assert defs["model"]["properties"]["family"]["enum"] == list(FAMILIES)
    assert defs["condition"]["properties"]["operator"]["enum"] == list(OPERATORS)
    simple, banded = defs["derivation"]["oneOf"]
    words = {*simple["properties"]["kind"]["enum"], banded["properties"]["kind"]["const"]}
    assert words == {kind.kind for kind in Derivation.__args__}


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 400, "1" * 5000, "NaN"])
def test_a_number_that_nothing_can_have_isnt_one(number):
    """It would break a comparison later, and with it the job's other tables."""
    text = json.dumps(GOOD).replace('"n": 1', f'"n": {number}')
    assert number in text
    with pytest.raises(ClaimError, match="number that nothing can have"):
        claim_file.loads(text.encode(), where="t.claim.json")


def test_more_levels_than_cells_are_refused_before_they_are_multiplied():
    """Four times twenty thousand levels would fill any memory."""
    body = copy.deepcopy(GOOD)
    levels = [str(n) for n in range(20_000)]
    body["dimensions"] = [
        {**body["dimensions"][0], "column": f"c{n}", "levels": levels} for n in range(4)
    ]
    with pytest.raises(ClaimError, match="every combination"):
        read(body)


def test_levels_are_in_our_order_whatever_theirs():
    """The order of twenty levels could carry sixty bits."""
    body = copy.deepcopy(GOOD)
    body["dimensions"][0]["levels"].reverse()
    assert read(body) == read(GOOD)
