"""A claim's file, read by the checker: against its closed schema, then for sense."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from functools import cache
from importlib import resources

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from output_checker.claims import wire
from output_checker.claims.model import Claim, in_order
from output_checker.errors import ClaimError

LONGEST_NUMBER = 18
"""Digits of a whole number: no count and no column has more."""
OLD = 1
"""A version that is still read: it says less, and means the same."""
REMEDY = (
    "Write claims with the functions of output_checker.claims, or to the schema claim-v2."
)


def loads(data: bytes, *, where: str) -> Claim:
    """The claim in a file's bytes; ClaimError with the place of what is wrong."""
    try:
        body = json.loads(
            data,
            parse_constant=_no_constant,
            parse_int=_whole,
            parse_float=_fraction,
            object_pairs_hook=_each_once,
        )
        json.dumps(body, ensure_ascii=False).encode()  # half a letter isn't text
    except (ValueError, RecursionError):
        problem = (
            "the claim isn't JSON, or has a key twice, or a number that nothing can have"
        )
        raise ClaimError(problem, where=where, remedy=REMEDY) from None
    wrong = best_match(_schema(_version(body)).iter_errors(body))
    if wrong is not None:
        place = "/".join(map(str, wrong.absolute_path)) or "the claim itself"
        problem = f"the claim doesn't fit its schema ({wrong.validator}) at {place}"
        raise ClaimError(problem, where=where, remedy=REMEDY)
    try:
        claim = wire.from_json(body)
    except ClaimError as error:
        raise ClaimError(error.problem, where=where, remedy=error.remedy) from None
    _complete(claim, where)
    return _in_order(claim)


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity aren't JSON


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError  # of two values of one key, nobody knows which is claimed
    return found


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)  # 1e999 is JSON, but no number that anything can have
    return number


def _in_order(claim: Claim) -> Claim:
    """The claim with its levels in our order: theirs could tell as much as a number."""
    ordered = (replace(d, levels=in_order(d.levels, d)) for d in claim.dimensions)
    return replace(claim, dimensions=tuple(ordered))


def _complete(claim: Claim, where: str) -> None:
    """Every combination of levels is there, with every measure, and nothing else."""
    same = all(set(values) == set(claim.measures) for values in claim.cells.values())
    few = claim.size() == len(claim.cells)  # before they are all made
    if not (same and few and set(claim.cells) == set(claim.every())):
        raise ClaimError(
            "the cells aren't every combination of the levels, each with every measure",
            where=where,
            remedy=REMEDY,
        )


def _version(body: object) -> int:
    """The version that a claim says it is, if it is one that is read; else the newest."""
    said = body.get("version") if isinstance(body, dict) else None
    return OLD if said == OLD and not isinstance(said, bool) else wire.VERSION


@cache
def _schema(version: int = wire.VERSION) -> Draft202012Validator:
    path = resources.files("output_checker") / "claims" / f"claim-v{version}.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
