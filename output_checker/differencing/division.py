# ruff: noqa: S608 (pieces of SQL that recompute wrote; values are bound)
"""Who is in which cell of a true table, asked of its cohort."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from output_checker.claims import wire
from output_checker.claims.model import Claim, Condition, Levels
from output_checker.differencing.model import (
    EVERYONE,
    Cell,
    Counted,
    Damaged,
    Keys,
    Parts,
    Values,
)
from output_checker.policy import Policy
from output_checker.suppress.primary import Cause, primary
from output_checker.suppress.protect import Protected
from output_checker.suppress.rounding import significant, told
from output_checker.verify.cohort import PATIENT, Cohort
from output_checker.verify.numbers import Recomputed
from output_checker.verify.parts import parts_of
from output_checker.verify.recompute import provided_by

HIDDEN = float("inf")
FEW_HAVE_MOST = (Cause.DOMINATED, Cause.PROVIDERS)
PLACE = "row_number() OVER () - 1"
"""A row's place in the cohort. DuckDB's own rowid would be a column of that name."""


@dataclass(frozen=True)
class Everybody:
    """A cohort's people: their keys in order, and the row of the cohort that each is of."""

    keys: Keys = field(repr=False)
    rows: Parts = field(repr=False)
    providers: Mapping[str, Parts] = field(default_factory=dict, repr=False)


def everybody(cohort: Cohort, secret: bytes, providers: Sequence[str] = ()) -> Everybody:
    """Each patient's key: BLAKE2b of their identifier under the site's secret.

    Without the secret nobody can tell whose a key is, nor try identifiers out. Two patients
    share one of 64 bits as seldom as once in thirty million cohorts of a million; should
    they ever, within a cohort that is noticed (Damaged). ``providers``: columns that tell
    who provided care, where the cohort has them.
    """
    found = cohort.columns_of(
        f"SELECT {PLACE} AS place, CAST({PATIENT} AS VARCHAR) AS who FROM cohort"
    )
    digests = b"".join(
        hashlib.blake2b(who.encode(), digest_size=8, key=secret).digest()
        for who in found["who"]
    )
    keys = np.frombuffer(digests, dtype="<u8").astype(np.uint64)
    order = np.argsort(keys)
    if (keys[order][1:] == keys[order][:-1]).any():
        raise Damaged("two patients have the same key")
    rows = found["place"][order].astype(np.int32)
    known = zip(providers, provided_by(providers, cohort), strict=False)
    provided = {
        name: _providers(name, column, cohort, secret)[rows] for name, column in known
    }
    return Everybody(keys[order], rows, provided)


def _providers(name: str, column: str, cohort: Cohort, secret: bytes) -> Parts:
    """For each row of the cohort a number for its provider; patients without one have one
    and the same. Two may share one of 31 bits: then fewer are counted, never more."""
    found = cohort.columns_of(
        f"SELECT {PLACE} AS place, coalesce(CAST({column} AS VARCHAR), '') AS who"
        " FROM cohort"
    )
    words, number = np.unique(found["who"].astype(str), return_inverse=True)
    digests = [
        hashlib.blake2b(f"{name}\0{word}".encode(), digest_size=4, key=secret).digest()
        for word in words.tolist()
    ]
    codes = np.array([int.from_bytes(one) >> 1 or 1 for one in digests], dtype=np.int32)
    provided = np.zeros(len(number), dtype=np.int32)
    provided[found["place"]] = codes[number]
    return provided


def counted(
    found: Recomputed,
    protected: Protected,
    policy: Policy,
    cohort: Cohort,
    people: Everybody,
) -> Counted:
    """The table as it would leave, and who is in its parts: the inner cells with people."""
    parts, numbers, values = _parts(found, cohort)
    inside, causes = _inside(numbers), primary(found, policy)
    cells = [
        _measured(
            _cell(found, levels, protected, policy, inside.get(levels, ())),
            found,
            causes.get(levels) in FEW_HAVE_MOST,
            policy,
        )
        for levels in found.every()
        if found.published(levels)
    ]
    return Counted(
        release="",
        path=found.path,
        population=_population(found.claim),
        definition=_definition(found.claim),
        cells=tuple(cells),
        keys=people.keys,
        parts=parts[people.rows],
        values=None if values is None else values[people.rows],
        providers=people.providers,
        dataset=found.claim.dataset_sha256,
        dimensions=tuple(dimension.name for dimension in found.claim.dimensions),
    )


def _population(claim: Claim) -> str:
    """Whom the table counts: of columns that it is by, or measures, those with a value."""
    needed = [d.column for d in claim.dimensions if not d.missing_is_a_level]
    needed += [claim.value] if claim.value else []
    present = (Condition(column, "is present") for column in needed)
    conditions = dict.fromkeys((*claim.whom(), *present))
    return ", ".join(map(str, conditions)) or EVERYONE


def _parts(
    found: Recomputed, cohort: Cohort
) -> tuple[Parts, Mapping[Levels, int], Values | None]:
    """For each row of the cohort its part, the number of each inner cell's part, and each
    row's value where the table tells totals."""
    inner = [levels for levels in found.cells if None not in levels]
    inner = [levels for levels in inner if found.count(levels)]
    pieces = parts_of(found.claim, cohort)
    lists = [list(dimension.levels) for dimension in found.claim.dimensions]
    places = ", ".join(
        f"coalesce(list_position(CAST(? AS VARCHAR[]), {group.text}), 0) AS d{n}"
        for n, group in enumerate(pieces.groups)
    )
    value = f" AND {pieces.value} IS NOT NULL" if found.is_summary else ""
    bound: list[object] = []
    for levels, group in zip(lists, pieces.groups, strict=True):
        bound += [levels, *group.values]
    rows = cohort.columns_of(
        f"SELECT {PLACE} AS place, coalesce(({pieces.kept.text}){value}, false) AS inside,"
        f" {pieces.value} AS v, {places} FROM cohort",
        [*pieces.kept.values, *bound],
    )
    code = np.zeros(len(rows["place"]), dtype=np.int64)
    inside = rows["inside"].astype(bool)
    for n, levels in enumerate(lists):
        place = rows[f"d{n}"].astype(np.int64)
        inside &= place > 0
        code = code * len(levels) + place - 1
    numbers = {levels: n for n, levels in enumerate(sorted(inner), start=1)}
    by_code = np.zeros(int(np.prod([len(levels) for levels in lists])), dtype=np.int32)
    for cell, number in numbers.items():
        at = 0
        for level, levels in zip(cell, lists, strict=True):
            at = at * len(levels) + levels.index(str(level))
        by_code[at] = number
    parts = np.zeros(len(code), dtype=np.int32)
    parts[rows["place"][inside]] = by_code[code[inside]]
    if not any(map(found.totals, found.every())):
        return parts, numbers, None
    values = np.zeros(len(code), dtype=np.float32)
    values[rows["place"]] = coarse(np.ma.filled(rows["v"], 0.0))
    values[parts == 0] = 0
    return parts, numbers, values


def coarse(values: NDArray[np.float64]) -> Values:
    """Values to three digits, as that is enough to tell who has most of a total."""
    most = np.finfo(np.float32).max
    bits = values.clip(-most, most).astype(np.float32).view(np.uint32) & np.uint32(
        0xFFFFE000
    )
    return bits.view(np.float32)


def _inside(numbers: Mapping[Levels, int]) -> Mapping[Levels, list[int]]:
    """For each cell, totals too, the numbers of the inner cells in it."""
    found: dict[Levels, list[int]] = {}
    for cell, number in numbers.items():
        for total in product(*((level, None) for level in cell)):
            found.setdefault(total, []).append(number)
    return found


def _cell(
    found: Recomputed,
    levels: Levels,
    protected: Protected,
    policy: Policy,
    inside: Sequence[int],
) -> Cell:
    parts, count = tuple(inside), found.count(levels)
    if found.key(levels) in protected.hidden:
        return Cell(levels, parts, 0.0, HIDDEN)
    if found.betrays_n:
        return Cell(levels, parts, float(count), float(count))
    return Cell(levels, parts, *told(count, policy))


def _measured(cell: Cell, found: Recomputed, few_have_most: bool, policy: Policy) -> Cell:
    """The cell, and what it tells of the values of those whom it counts."""
    column = found.claim.value
    if column is None or not (found.totals(cell.levels) and cell.parts):
        return cell
    spread = (0.0, 0.0) if cell.hidden else _spread(found, cell.levels, policy)
    dominated = cell.hidden and few_have_most
    return replace(cell, total_of=column, dominated=dominated, spread=spread)


def _spread(found: Recomputed, levels: Levels, policy: Policy) -> tuple[float, float]:
    """What a mean as it is shown tells of its total; of rates, the person-time itself."""
    total, count = found.cells[levels].total, found.count(levels)
    times = 1 if found.claim.kind == "rates" else count
    if not (shown := significant(total / times, policy)):
        return (0.0, 0.0)
    half = 10.0 ** (math.floor(math.log10(abs(shown))) - policy.significant_digits + 1) / 2
    low, high = (times * (shown + way * half) - total for way in (-1, 1))
    return (min(low, 0.0), max(high, 0.0))


def _definition(claim: Claim) -> str:
    """Hash of what is counted, and of the cohort that it is about."""
    body = {name: part for name, part in wire.as_json(claim).items() if name != "cells"}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
