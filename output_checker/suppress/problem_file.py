"""A suppression problem as JSON, in the form that ``problem-v1.schema.json`` says.

Strict: what isn't known, isn't a number, is there twice or doesn't add up is refused, all
that is wrong at once. No more is read than a fixed size.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, groupby, islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from output_checker.errors import ProblemError
from output_checker.suppress.problem import Interval, Layer, Need, Problem

Json = dict[str, Any]
FORMAT, VERSION = "disclosure-problem", 1
MOST_BYTES = 32 * 1024 * 1024
MOST_TERMS = 2_000_000
MOST_TOLD = 20
"""Mistakes that are listed; the others are counted."""
LARGEST = 1e12
LONGEST_NUMBER = 18
"""Digits of a whole number."""
SCALE = 1e4
"""The largest number, after scaling: a solver's absolute tolerance is fine enough there."""
LEAST = 1e-5
"""The smallest protection level, after scaling: of less, a solver can't say if it's met."""
EXACT = 1e-9
"""The share of an equation's size by which it may miss zero: digits were rounded."""
REMEDY = (
    "Compare it with the example in docs/disclosure.md, and with problem-v1.schema.json."
)


@dataclass(frozen=True)
class Stated:
    """A problem as it was stated: its cells have names here, and their own unit.

    ``scale``: what the problem's numbers were multiplied with. ``pattern``: the cells that
    the file says are hidden; None if it doesn't say.
    """

    title: str
    ids: tuple[str, ...]
    problem: Problem
    scale: float
    pattern: frozenset[int] | None

    def names(self, places: Iterable[int]) -> tuple[str, ...]:
        return tuple(self.ids[place] for place in sorted(places))


def read(path: Path) -> Stated:
    """The problem in a file; ProblemError with everything that is wrong in it."""
    return loads(_bytes(path), where=str(path))


def read_pattern(path: Path, stated: Stated) -> frozenset[int]:
    """The hidden cells in a file of their own: a JSON list of ids."""
    where = str(path)
    ids = _body(_bytes(path), where)
    place = {id_: n for n, id_ in enumerate(stated.ids)}
    if not isinstance(ids, list) or not all(isinstance(id_, str) for id_ in ids):
        raise _refused(["a pattern is a JSON list of cells' ids"], where)
    _refuse(chain(_twice("cell", ids), _unknown("the pattern", ids, place)), where)
    return frozenset(place[id_] for id_ in ids)


def loads(data: bytes, *, where: str) -> Stated:
    """The problem in a file's bytes."""
    body = _body(data, where)
    _refuse((said for said, _ in groupby(_misfits(body))), where)
    _refuse(_senseless(body), where)
    return _stated(body)


# Reading ------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError:
        raise _refused(["the file can't be read"], str(path)) from None


def _body(data: bytes, where: str) -> Any:
    if len(data) > MOST_BYTES:
        raise _refused([f"the file is larger than {MOST_BYTES // 1024**2} MB"], where)
    try:
        body = json.loads(
            data,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
            object_pairs_hook=_once,
        )
        json.dumps(body, ensure_ascii=False).encode()  # half a letter isn't text
    except _Twice as error:
        raise _refused([f"the key {_quoted(str(error))} is there twice"], where) from None
    except (ValueError, RecursionError, OverflowError):
        problem = "this isn't JSON, or has a number that nothing can have"
        raise _refused([problem], where) from None
    return body


class _Twice(Exception):
    """A key that one object has twice: which one counts?"""


def _once(pairs: Sequence[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice(next(k for k, n in Counter(k for k, _ in pairs).items() if n > 1))
    return found


def _no_number(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity aren't JSON


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


@cache
def _schema() -> Draft202012Validator:
    path = resources.files("output_checker") / "suppress" / "problem-v1.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _misfits(body: Any) -> Iterator[str]:
    for error in _schema().iter_errors(body):
        place = "/".join(map(str, error.absolute_path)) or "the file"
        known = error.schema.get("properties") if isinstance(error.schema, dict) else None
        if error.validator == "additionalProperties" and known and error.instance:
            extra = sorted(set(error.instance) - set(known))
            yield f"{place}: unknown keys: {', '.join(map(_quoted, extra[:5]))}"
        elif error.validator == "required":
            lacking = [key for key in error.validator_value if key not in error.instance]
            yield f"{place} lacks {', '.join(map(_quoted, lacking))}"
        else:
            yield f"{place} doesn't fit the schema ({error.validator})"


# Sense --------------------------------------------------------------------------------


def _senseless(body: Json) -> Iterator[str]:
    ids = [cell["id"] for cell in body["cells"]]
    known = set(ids)
    yield from _twice("cell", ids)
    yield from _twice("primary", [primary["id"] for primary in body["primaries"]])
    yield from _unknown("primaries", (p["id"] for p in body["primaries"]), known)
    for n, equation in enumerate(body["equations"]):
        yield from _unknown(f"equations/{n}", equation, known)
    for n, single in enumerate(body.get("singles", ())):
        yield from _unknown(f"singles/{n}", single, known)
    yield from _unknown("pattern", body.get("pattern", ()), known)
    yield from _numbers(body)
    if set().union(*body["equations"]) <= known:
        yield from _sums(body)


def _twice(what: str, ids: Iterable[str]) -> Iterator[str]:
    for id_, times in Counter(ids).items():
        if times > 1:
            yield f"the {what} {_quoted(id_)} is there {times} times"


def _unknown(where: str, ids: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for id_ in ids:
        if id_ not in known:
            yield f"{where}: no cell is called {_quoted(id_)}"


def _numbers(body: Json) -> Iterator[str]:
    """Every number is of a size that can be computed with, and where it is said to be."""
    usual = _usual(body)
    primary = {p["id"] for p in body["primaries"]}
    for cell in body["cells"]:
        name, value = _quoted(cell["id"]), cell["value"]
        low, high = _possible(cell, usual)
        shown = cell.get("shown", (value, value))
        everything = (value, cell.get("weight", 0), low, high, *shown)
        if any(abs(number) > LARGEST for number in everything):
            yield f"cell {name}: a number is larger than {LARGEST:g}; use a larger unit"
        elif not low <= value <= high:
            yield f"cell {name}: its value isn't between its low and its high"
        elif not shown[0] <= value <= shown[1]:
            yield f"cell {name}: its value isn't between what it tells when shown"
        if cell.get("fixed") and cell["id"] in primary:
            yield f"cell {name} is primary, and so can't be fixed"
    yield from _levels(body)
    if body.get("integer") and not _whole_values(body):
        yield "integer: not all values are whole"


def _levels(body: Json) -> Iterator[str]:
    """Every protection level is one that can be told from none, beside the values."""
    scale = _scale(body)
    for primary in body["primaries"]:
        levels = (primary.get(name, 0) for name in ("lower", "upper", "sliding"))
        if any(0 < level * scale < LEAST for level in levels):
            yield (
                f"primary {_quoted(primary['id'])}: a level is too small beside the largest"
                " value to be told from 0"
            )


def _whole_values(body: Json) -> bool:
    return all(float(cell["value"]).is_integer() for cell in body["cells"])


def _scale(body: Json) -> float:
    """What numbers are multiplied with, so that a solver's tolerance is fine enough."""
    largest: float = max(abs(cell["value"]) for cell in body["cells"])
    usual = 1 <= largest <= SCALE or not largest
    return 1.0 if usual or body.get("integer", _whole_values(body)) else SCALE / largest


def _sums(body: Json) -> Iterator[str]:
    values = {cell["id"]: cell["value"] for cell in body["cells"]}
    if sum(map(len, body["equations"])) > MOST_TERMS:
        yield f"equations: there are more than {MOST_TERMS} terms in all"
        return
    for n, equation in enumerate(body["equations"]):
        terms = [sign * values[id_] for id_, sign in equation.items()]
        if abs(math.fsum(terms)) > EXACT * max(1.0, math.fsum(map(abs, terms))):
            yield f"equations/{n}: its cells' values don't add up to zero"


def _usual(body: Json) -> Interval:
    """What an attacker believes of a cell of which nothing else is said."""
    most = max(1.0, *(abs(cell["value"]) for cell in body["cells"]))
    asked = (max(p.get("upper", 0), p.get("sliding", 0)) for p in body["primaries"])
    said = body.get("attacker", {})
    signed = any(cell["value"] < 0 for cell in body["cells"])
    high = 3 * most + max(asked, default=0)
    return said.get("low", -high if signed else 0.0), said.get("high", high)


def _possible(cell: Json, usual: Interval) -> Interval:
    return cell.get("low", usual[0]), cell.get("high", usual[1])


# Making -------------------------------------------------------------------------------


def _stated(body: Json) -> Stated:
    cells = body["cells"]
    place = {cell["id"]: n for n, cell in enumerate(cells)}
    integer = bool(body.get("integer", _whole_values(body)))
    scale = _scale(body)
    pattern = body.get("pattern")
    return Stated(
        title=body.get("title", ""),
        ids=tuple(place),
        problem=_problem(body, place, integer=integer, scale=scale),
        scale=scale,
        pattern=None if pattern is None else frozenset(place[id_] for id_ in pattern),
    )


def _problem(
    body: Json, place: Mapping[str, int], *, integer: bool, scale: float
) -> Problem:
    cells, usual = body["cells"], _usual(body)
    hidden = frozenset(place[primary["id"]] for primary in body["primaries"])
    zeros = body.get("zeros", "shown") == "shown"
    fixed = {n for n, cell in enumerate(cells)
             if cell.get("fixed", zeros and not cell["value"])}  # fmt: skip
    layer = Layer(
        name="cells",
        cells=tuple(range(len(cells))),
        values=tuple(cell["value"] * scale for cell in cells),
        possible=tuple(_scaled(_possible(cell, usual), scale) for cell in cells),
        shown=tuple(
            _scaled(cell.get("shown", [cell["value"]] * 2), scale) for cell in cells
        ),
        equations=(),
        needs=tuple(_need(p, place, cells, scale) for p in body["primaries"]),
        integer=integer,
        links=tuple(
            tuple((place[id_], float(sign)) for id_, sign in equation.items())
            for equation in body["equations"]
        ),
        insiders=_insiders(body, place),
    )
    weights = tuple(float(cell.get("weight", abs(cell["value"]))) for cell in cells)
    return Problem(weights, hidden, frozenset(fixed) - hidden, (layer,))


def _insiders(body: Json, place: Mapping[str, int]) -> tuple[tuple[int, ...], ...]:
    """Each set of cells once: two who know the same find out the same."""
    known = (tuple(sorted(place[i] for i in single)) for single in body.get("singles", ()))
    return tuple(dict.fromkeys(known))


def _need(
    primary: Json, place: Mapping[str, int], cells: Sequence[Json], scale: float
) -> Need:
    at = place[primary["id"]]
    value = cells[at]["value"]
    return Need(
        cell=at,
        low=(value - primary.get("lower", 0)) * scale,
        high=(value + primary.get("upper", 0)) * scale,
        width=primary.get("sliding", 0) * scale,
    )


def _scaled(interval: Sequence[float], scale: float) -> Interval:
    low, high = interval
    return (low * scale, high * scale)


# Refusing -----------------------------------------------------------------------------


def _refuse(problems: Iterable[str], where: str) -> None:
    """All that is wrong, up to a length that somebody reads."""
    found = list(islice(problems, MOST_TOLD + 1))
    if found:
        more = ["and more"] if len(found) > MOST_TOLD else []
        raise _refused([*found[:MOST_TOLD], *more], where)


def _refused(problems: Sequence[str], where: str) -> ProblemError:
    return ProblemError("; ".join(problems), where=where, remedy=REMEDY)


def _quoted(name: str) -> str:
    """A name that somebody else wrote, short and on one line."""
    return repr(name if len(name) <= 40 else f"{name[:37]}...")
