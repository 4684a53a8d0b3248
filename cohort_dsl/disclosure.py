"""How small numbers of measures are hidden, and others rounded, before they are written."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from cohort_dsl.model import rules


@dataclass(frozen=True)
class Rounding:
    """A site's rule for numbers. ``policy``: the name by which people know it.

    A number is 0 where fewer than ``threshold`` patients make it up, or where it is itself
    nearer to 0 than that; else it is the nearest multiple of ``base``, halves upwards, or
    with ``midpoint`` the middle of its run of so many (of 7 to 12 with base 6 it is 9). So
    a 0 says "none, or few".
    """

    policy: str
    threshold: int
    base: int
    midpoint: bool = False

    def __post_init__(self) -> None:
        if self.threshold < 1 or self.base < 1:
            raise ValueError("a threshold and a base are whole numbers above 0")

    def __str__(self) -> str:
        to = "midpoints of " if self.midpoint else ""
        return (
            f"numbers below {self.threshold} are 0, others are rounded to {to}{self.base} "
            f"(policy {self.policy})"
        )

    def shown(self, number: int | None, patients: int) -> int | None:
        """What is written in the place of a number that so many patients make up."""
        if number is None:
            return None
        if patients < self.threshold or abs(number) < self.threshold:
            return 0
        if self.midpoint:
            size = self.base * -(-abs(number) // self.base) - self.base // 2
            return size if number > 0 else -size
        return self.base * ((number + self.base // 2) // self.base)


def rounded(table: pa.Table, rounding: Rounding) -> pa.Table:
    """Measures with their numbers as shown, and their ratios worked out from those."""
    numerators = _shown(table, "numerator", rounding)
    denominators = _shown(table, "denominator", rounding)
    ratios = [
        None if n is None or d is None else rules.divide(n, d)
        for n, d in zip(numerators, denominators, strict=True)
    ]
    columns = {"ratio": ratios, "numerator": numerators, "denominator": denominators}
    for name, values in columns.items():
        place = table.schema.get_field_index(name)
        kept = table.schema.field(name)
        table = table.set_column(place, kept, pa.array(values, kept.type))
    return table


def _shown(table: pa.Table, name: str, rounding: Rounding) -> list[int | None]:
    numbers = table.column(name).to_pylist()
    patients = table.column(f"{name}_patients").to_pylist()
    return [rounding.shown(n, p) for n, p in zip(numbers, patients, strict=True)]
