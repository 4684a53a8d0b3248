"""What the ledger says of each released cell: its predicate, and a hash of whom it counts.

The people stay in the site's memory. A cell's hash is an HMAC-SHA256 under a key of the
site's own, of the release, the output, the cell and its people's keys: nobody without the
site's secret can try people out, nor see that two cells count the same people, or nobody.
Every cell that the table shows or hides is there, so that none is known to be empty by not
being there. Numbers aren't: what left says them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import cast

import numpy as np

from output_checker.claims.model import Levels
from output_checker.differencing.memory import Memory
from output_checker.differencing.model import EVERYONE, Counted, Damaged

CELLS = "release.cells"
"""The ledger's kind of entry."""
DEFINITIONS = "definitions"
"""Where the release adds its cohorts' definitions, by their hashes."""
MOST_CELLS = 1000
"""Of one entry: names may be long, and a line of the ledger is read as a whole."""

Body = Mapping[str, object]


def noted(table: Counted, place: int, memory: Memory) -> Iterator[Body]:
    """A release's table as entries of the ledger, each of so many of its cells.

    ``place``: its own among the tables of the release, from nought.
    """
    about = {
        "release": table.release,
        "table": place,
        "output": table.path,
        "claim": table.definition,
        "dataset": table.dataset,
        "of": len(table.cells),
    }
    people = _people(table, memory.key(b"released cells"))
    told = [
        {
            "cell": dict(zip(table.dimensions, cell.levels, strict=True)),
            "predicate": predicate(table, cell.levels),
            "people": digest,
        }
        for cell, digest in zip(table.cells, people, strict=True)
    ]
    for start in range(0, len(told), MOST_CELLS):
        cells = told[start : start + MOST_CELLS]
        yield {**about, "first": start + 1, "cells": cells}


def predicate(table: Counted, levels: Levels) -> str:
    """Whom a cell counts, in the words of the claim."""
    named = zip(table.dimensions, levels, strict=True)
    groups = [f"{name} is {level}" for name, level in named if level is not None]
    whole = [] if table.population == EVERYONE and groups else [table.population]
    return ", ".join([*whole, *groups])


def _people(table: Counted, key: bytes) -> list[str]:
    """A hash for each cell: of its parts' people, so that each person is read once."""
    order = np.argsort(table.parts, kind="stable")
    ends = np.searchsorted(table.parts[order], np.arange(table.size + 2))
    keys = table.keys.astype("<u8")[order]
    parts = [
        hashlib.sha256(keys[start:end].tobytes()).digest() for start, end in pairwise(ends)
    ]
    return [
        hmac.new(
            key,
            json.dumps([table.release, table.path, cell.levels]).encode()
            + b"".join(parts[part] for part in cell.parts),
            "sha256",
        ).hexdigest()
        for cell in table.cells
    ]


class Promised:
    """What a ledger's entries say was put down, to be compared with what is there."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, int], list[Body]] = {}

    def add(self, body: Body) -> None:
        """One more entry; of a table that was put down twice, the later ones count."""
        table = str(body["release"]), int(str(body["table"]))
        if body["first"] == 1:
            self._told[table] = []
        self._told[table].append(body)

    def __len__(self) -> int:
        return len(self._told)

    def broken(self, memory: Memory) -> Iterator[str]:
        """The tables whose people aren't remembered as it was noted, each in words."""
        for (release, place), said in self._told.items():
            if problem := _problem(memory, release, place, said):
                yield f"{said[0]['output']} of release {release}: {problem}"


def _problem(memory: Memory, release: str, place: int, said: Sequence[Body]) -> str:
    try:
        found = list(noted(memory.released_table(release, place), place, memory))
    except Damaged as damaged:
        return str(damaged)
    same = _whole(found) == _whole(said)
    return "" if same else "it has other people or cells than were noted"


def _whole(entries: Sequence[Body]) -> Body:
    """All entries of a table as one, however they were divided."""
    cells = [cell for body in entries for cell in cast("list[Body]", body["cells"])]
    whole = {**entries[0], "cells": cells}
    return {name: said for name, said in whole.items() if name != DEFINITIONS}
