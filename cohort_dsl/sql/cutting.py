"""Values looked up by where they lie between constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import sqlalchemy as sa

from cohort_dsl.model.types import ValueType
from cohort_dsl.plan.cuts import Bits, Cuts
from cohort_dsl.plan.steps import Part
from cohort_dsl.plan.varying import BITS
from cohort_dsl.sql.below import Below
from cohort_dsl.sql.dialect import Sql
from cohort_dsl.sql.terms import Terms
from cohort_dsl.sql.working import Worked


def rounded(terms: Terms, column: Sql, kind: ValueType, cuts: Cuts) -> Sql:
    """Of values that mean the same always the same one; NULL stays."""
    each = [terms.constant(value, kind) for value in cuts.values()]
    return _chosen(terms, column, kind, cuts, each, terms.null(kind))


def any_bits(below: Below, part: Part, only: Sql | None) -> Iterator[Sql]:
    """In which intervals there is any row for which the part's conditions hold."""
    terms, worked = below.terms, below.worked
    for place in range(part.masks):
        sides = [_mask(terms, one, worked, place) for one in part.bits]
        both: Sql = reduce(lambda left, right: left.bitwise_and(right), sides)
        told = both if only is None else sa.case((only, both))
        if terms.dialect.any_bit is None:
            most = min(_most(one, place) for one in part.bits)
            found = one_by_one(below.column(sa.type_coerce(told, sa.BigInteger())), most)
        else:
            found = terms.dialect.any_bit(told)
        yield sa.func.coalesce(found, whole(0)).label(f"{part.there}_{place}")


def _mask(terms: Terms, bits: Bits, worked: Worked, place: int) -> Sql:
    """The bits of one column of them, for a row's value."""
    each = [whole(_own(mask, place)) for mask in bits.masks]
    null, column = whole(_own(bits.null, place)), worked[bits.column]
    return _chosen(terms, column, bits.column.type, bits.cuts, each, null)


def one_by_one(told: Sql, bits: int) -> Sql:
    """Of ints of so many bits, those that any of them has."""
    found = whole(0)
    for place in range(bits):
        bit: Sql = sa.literal_column(str(1 << place))
        found += sa.func.max(told.bitwise_and(bit), type_=sa.BigInteger())
    return found


def _most(bits: Bits, place: int) -> int:
    """How many bits its masks have."""
    return max(_own(mask, place).bit_length() for mask in (*bits.masks, bits.null))


def _own(mask: int, place: int) -> int:
    return mask >> place * BITS & (1 << BITS) - 1


def whole(number: int) -> Sql:
    """A constant as wide as a count, without a parameter."""
    return sa.cast(sa.literal_column(str(number)), sa.BigInteger())


def _chosen(
    terms: Terms, column: Sql, kind: ValueType, cuts: Cuts, each: Sequence[Sql], null: Sql
) -> Sql:
    """Of each class one; found by halves, so that few comparisons are made."""
    level: list[Any] = list(each)
    points = [terms.constant(point, kind) for point in cuts.points][: len(each) - 1]
    while len(level) > 1:
        pairs = range(0, len(level) - 1, 2)
        joined = [
            sa.case((column <= points[at], level[at]), else_=level[at + 1]) for at in pairs
        ]
        rest = level[-1:] if len(level) % 2 else []
        level, points = joined + rest, points[1::2]
    return sa.case((column.is_(sa.null()), null), else_=level[0])
