"""What is remembered of some tables, as a sealed file of JSON."""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from output_checker.differencing.arrays import Numbers
from output_checker.differencing.model import Cell, Counted, Damaged, Dominance

FORMAT, VERSION = "counted", 4
WORDS = ("release", "path", "population", "definition", "dataset")

Json = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """Tables, the releases that they were compared with, and the policy's thresholds."""

    tables: tuple[Counted, ...]
    beside: frozenset[str]
    least: int
    dominance: Dominance | None = None


def dumps(entry: Entry, keep: Callable[[Numbers], str], secret: bytes) -> bytes:
    """The entry as JSON, sealed; its arrays are kept elsewhere, under the names given."""
    body = {
        "format": FORMAT,
        "version": VERSION,
        "beside": sorted(entry.beside),
        "least": entry.least,
        "dominance": entry.dominance and asdict(entry.dominance),
        "tables": [_table(table, keep) for table in entry.tables],
    }
    return json.dumps({**body, "seal": _seal(body, secret)}, indent=1).encode()


def loads(
    data: bytes, read: Callable[[str], Any], secret: bytes, only: int | None = None
) -> Entry:
    """The entry that ``dumps`` made; Damaged if it is anything else.

    ``only``: the place of the one table that is wanted, whatever became of the others.
    """
    try:
        body = json.loads(data)
        seal = body.pop("seal")
        if not hmac.compare_digest(seal, _seal(body, secret)):
            raise Damaged("the seal isn't the site's")
        if (body["format"], body["version"]) != (FORMAT, VERSION):
            raise Damaged("the format is another")
        wanted = body["tables"] if only is None else [body["tables"][only]]
        tables = tuple(_read_table(table, read) for table in wanted)
        rules = body["dominance"] and Dominance(**body["dominance"])
        return Entry(tables, frozenset(body["beside"]), body["least"], rules)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise Damaged("it isn't as it was written") from None


def _seal(body: Json, secret: bytes) -> str:
    text = json.dumps(body, sort_keys=True).encode()
    return hmac.new(secret, b"counted:" + text, "sha256").hexdigest()


def _table(table: Counted, keep: Callable[[Numbers], str]) -> Json:
    return {
        **{name: getattr(table, name) for name in WORDS},
        "dimensions": list(table.dimensions),
        "keys": keep(table.keys),
        "parts": keep(table.parts),
        "values": None if table.values is None else keep(table.values),
        "providers": {name: keep(codes) for name, codes in table.providers.items()},
        "cells": [_cell(cell) for cell in table.cells],
    }


def _cell(cell: Cell) -> Json:
    return {
        "levels": list(cell.levels),
        "parts": list(cell.parts),
        "low": cell.low,
        "high": None if cell.hidden else cell.high,
        "total_of": cell.total_of,
        "dominated": cell.dominated,
        "spread": list(cell.spread),
    }


def _read_table(body: Json, read: Callable[[str], Any]) -> Counted:
    return Counted(
        **{name: body[name] for name in WORDS},
        dimensions=tuple(body["dimensions"]),
        cells=tuple(map(_read_cell, body["cells"])),
        keys=read(body["keys"]),
        parts=read(body["parts"]),
        values=None if body["values"] is None else read(body["values"]),
        providers={name: read(codes) for name, codes in body["providers"].items()},
    )


def _read_cell(body: Json) -> Cell:
    high = math.inf if body["high"] is None else body["high"]
    return Cell(
        tuple(body["levels"]),
        tuple(body["parts"]),
        body["low"],
        high,
        body["total_of"],
        body["dominated"],
        tuple(body["spread"]),
    )
