"""Powers, where an engine fails instead of saying that a number is too large."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from cohort_dsl.sql.dialect import One, Sql


def judged(
    base: Sql, exponent: Sql, log: Sql, double: Callable[[float], Sql], halved: One
) -> Sql:
    """The power, NULL where there is none, by its natural logarithm ``log``.

    That tells what vanishes, and all but nearly what is too large: where it is in doubt,
    the square root of what is too large is 2 ** 512. ``double``: how the engine writes a
    number; ``halved``: half of one.
    """
    zero = double(0.0)
    impossible = sa.or_(
        sa.and_(base == zero, exponent < zero),
        sa.and_(base < zero, sa.func.floor(exponent) != exponent),
    )
    found: Sql = sa.func.power(base, exponent, type_=sa.Double())
    root: Sql = sa.func.power(sa.func.abs(base), halved(exponent))
    return sa.case(
        (exponent == double(1.0), base),
        (impossible, sa.null()),
        (log >= double(709.79), sa.null()),
        (log >= double(709.78), sa.case((root < double(2.0**512), found))),
        (log <= double(-745.13321910194), zero),
        else_=found,
    )
