"""What a site sends back: what its engine made of the rules, and of its mapping.

Rules ask rows that we made up, and a mapping's check tells rounded counts: nobody's value
is here. Neither is the host, the user or any other setting of the connection.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from cohort_dsl.conformance import suite as suites
from cohort_dsl.conformance.asking import Outcome
from cohort_dsl.conformance.doctor import Examined
from cohort_dsl.errors import QueryError
from cohort_dsl.mappings.report import Status

FORMAT, VERSION = "doctor", 1
ABOUT = ("site", "at", "strongroom")
"""Whose it is, of when, and by which version."""


@dataclass(frozen=True)
class Signed:
    """``text``: what was signed; ``signature``: as ``ssh-keygen -Y sign`` writes it."""

    text: str
    signature: str

    @property
    def told(self) -> Mapping[str, Any]:
        """What the text says."""
        found: Mapping[str, Any] = json.loads(self.text)
        return found


def text(found: Examined, *, site: str, at: str, strongroom: str) -> str:
    """The one way to write it: sorted keys, no blanks, ASCII."""
    told = {
        "format": FORMAT,
        "version": VERSION,
        "site": site,
        "at": at,
        "strongroom": strongroom,
        **as_json(found),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"))


def as_json(found: Examined) -> dict[str, Any]:
    """What was found, for programs."""
    return {
        "suite": {"version": suites.VERSION, "sha256": found.suite.digest},
        "engine": found.engine,
        "says": dict(found.says),
        "ok": found.ok,
        "rules": len(found.suite.rules()),
        "counts": found.counts(),
        "questions": [
            {
                "rule": one.rule,
                "chapter": one.chapter,
                "outcome": one.outcome.value,
                "seconds": round(one.seconds, 3),
                **({"why": one.why} if one.why else {}),
                **({"found": one.found} if one.found else {}),
            }
            for one in found.told
        ],
        "mapping": found.mapping.for_outside().as_json() if found.mapping else None,
        "unmapped": found.unmapped,
        "ended": found.ended,
    }


def written(signed: Signed) -> str:
    """The file: what was signed, as text, and the signature beside it."""
    told = {"format": FORMAT, "version": VERSION, "signed": signed.text}
    return json.dumps({**told, "signature": signed.signature}, indent=1) + "\n"


def read(given: bytes, where: str) -> Signed:
    """What is in a file. QueryError for any that ``written`` doesn't write.

    It may be anybody's: what it says can be printed afterwards, and moves no terminal.
    """
    try:
        told = json.loads(given)
        inner = json.loads(told["signed"])
        heads = [(one["format"], one["version"]) for one in (told, inner)]
        signed = Signed(told["signed"], told["signature"])
    except (ValueError, RecursionError, KeyError, TypeError):
        _refuse(where, "it isn't a result of the warehouse's doctor")
    if heads != [(FORMAT, VERSION)] * 2 or not isinstance(signed.signature, str):
        _refuse(where, f"it isn't version {VERSION} of {FORMAT}")
    if not _said(inner, where).replace("\n", " ").isprintable():
        _refuse(where, "it holds signs that no such result has")
    return signed


def _said(told: Mapping[str, Any], where: str) -> str:
    """All that it says to people."""
    try:
        return "".join([*(told[word] for word in ABOUT), *lines(told)])
    except (ValueError, KeyError, TypeError, AttributeError):
        _refuse(where, "it isn't a result of the warehouse's doctor")


def _refuse(where: str, problem: str) -> NoReturn:
    raise QueryError(
        problem,
        where=where,
        remedy="Give the file that strongroom warehouse doctor wrote, unchanged.",
    )


# For people --------------------------------------------------------------------


def lines(told: Mapping[str, Any]) -> list[str]:
    """What a result says: what isn't passed rule by rule, then all of it in a sentence."""
    bad = [one for one in told["questions"] if one["outcome"] != Outcome.PASSED.value]
    said = [f"{one['outcome']:<10} {one['rule']}: {one['why']}" for one in bad]
    counts = told["counts"]
    known = counts[Outcome.OTHERWISE.value]
    listed = f", {known} otherwise as listed" if known else ""
    wrong = sum(counts[one.value] for one in (Outcome.FAILED, Outcome.REFUSED))
    took = sum(one["seconds"] for one in told["questions"])
    version = told["says"].get("version", "which doesn't tell its version")
    passed = counts[Outcome.PASSED.value]
    return [
        *said,
        *([""] if said else []),
        f"Engine: {told['engine']}, {version}",
        f"{passed} of {told['rules']} rules passed{listed}, {wrong} didn't; {took:.1f} s.",
        *([f"Not all was asked: {told['ended']}."] if told["ended"] else []),
        _of_mapping(told),
    ]


def _of_mapping(told: Mapping[str, Any]) -> str:
    if told["unmapped"]:
        return f"The mapping couldn't be checked: {told['unmapped']}."
    if told["mapping"] is None:
        return "The mapping wasn't checked."
    checked = told["mapping"]
    if checked["ok"]:
        return f"The warehouse is as its mapping {checked['mapping']} promises."
    why = checked.get("nobody") or ", ".join(_not_ready(checked))
    return f"The warehouse isn't as its mapping {checked['mapping']} promises: {why}."


def _not_ready(checked: Mapping[str, Any]) -> Iterator[str]:
    """Who isn't left out as named, and the tables that are wrong or missing."""
    bad = (Status.WRONG.word, Status.MISSING.word)
    yield from (one["name"] for one in checked["left_out"] if one["status"] in bad)
    yield from (one["table"] for one in checked["tables"] if one["status"] in bad)
