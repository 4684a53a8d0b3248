"""What Oracle or its driver refuses, told by its code.

The server's own words are never told: they may quote a person's value. A code is a number.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator

from cohort_dsl.errors import WarehouseError
from cohort_dsl.warehouses.oracle_faults import AT_FIRST, FAULTS, LATER

CODE = re.compile(r"(?m)(?:^|\(Similar to )((?:ORA|DPY)-\d{4,5})\b")


def told(error: BaseException, where: str, *, connecting: bool = False) -> WarehouseError:
    """What has gone wrong, in our words alone."""
    found = list(codes(error))
    faults = {**FAULTS, **(AT_FIRST if connecting else LATER)}
    code = next((one for one in found if one in faults), None)
    if code is not None:
        return faults[code].error(where, code if "-" in code else "")
    known = next((one for one in found if "-" in one), type(error).__name__)
    return WarehouseError(
        f"Oracle refused ({known})",
        where=where,
        remedy="Run `strongroom warehouse check` to compare the mapping with the database.",
    )


def codes(error: BaseException) -> Iterator[str]:
    """The server's codes, then the driver's, then the kinds of Python's own exceptions.

    A code stands at the beginning of a line, or the driver likens its own to one. What lies
    deepest is the most exact.
    """
    chain = list(_chain(error))
    named = [code for one in chain for code in CODE.findall(str(one))]
    vague = ("DPY-6005", "DPY-4011", "DPY-6000")  # the driver's words for many codes
    yield from (code for code in named if code.startswith("ORA-"))
    yield from (code for code in named if not code.startswith(("ORA-", *vague)))
    yield from (name for one in reversed(chain) for name in _kinds(one))
    yield from named


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _kinds(error: BaseException) -> Iterator[str]:
    """Names of an exception's class and of those above it, as far as they say anything."""
    if isinstance(error, ssl.SSLError | OSError):
        yield from (kind.__name__ for kind in type(error).__mro__ if kind is not object)
