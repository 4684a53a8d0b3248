"""Recomputed tables made from counts, for tests of what is done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from output_checker import policy
from output_checker.claims.model import Claim, Dimension
from output_checker.verify.numbers import Numbers, Recomputed
from tests.cell_tables import Key, with_totals

DEFAULT = policy.ready_made("default")
EXACT = replace(DEFAULT, round_to=1)


def counted(
    inner: Mapping[Key, int], *, margins: bool = True, **claim: object
) -> Recomputed:
    """A true crosstab with these inner cells."""
    cells = with_totals(inner)
    numbers = {key: Numbers(int(n)) for key, n in cells.items() if n}
    return Recomputed("output/t.csv", a_claim(inner, margins=margins, **claim), numbers)


def a_claim(inner: Mapping[Key, object], **changes: object) -> Claim:
    size = len(next(iter(inner)))
    names = [list(dict.fromkeys(key[d] for key in inner)) for d in range(size)]
    fields: dict[str, object] = {
        "kind": "crosstab",
        "title": "A table",
        "dataset": "output/dataset.parquet",
        "dataset_sha256": "0" * 64,
        "population": (),
        "dimensions": tuple(
            Dimension(f"column {d}", levels=tuple(map(str, levels)))
            for d, levels in enumerate(names)
        ),
        "margins": True,
        "value": None,
        "measures": ("n",),
        "cells": {},
        **changes,
    }
    return Claim(**fields)  # type: ignore[arg-type] # a test's shorthand
