"""The engines that hold people's records, and the one way to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cohort_dsl.warehouses.mapped import MappedWarehouse


def open(  # noqa: A001 - read with its module's name
    settings: Mapping[str, object], today: date | None = None
) -> MappedWarehouse:
    """The warehouse of a site's settings, to be used in a ``with`` block.

    ``settings``: engine; mapping (a name, or the absolute path of a mapping's file);
    empty_tables, a list of contract tables or ``table.column`` that the site declares it
    can't serve; opposition, as the site's policy says it; one_statement, true where no
    temporary table may be made. For duckdb also database (absolute path). For postgresql
    libpq's host, port, user, passfile (absolute path), service, sslmode and sslrootcert,
    with its defaults; database (a name); and statement_timeout in seconds. For oracle what
    docs/warehouses/oracle.md lists. ``today``: by
    which oppositions have begun or ended; without it none has ended. WarehouseError if
    anything of that isn't understood, isn't there or can't be read.
    """
    from cohort_dsl.warehouses.settings import open_warehouse  # and every engine's driver

    return open_warehouse(settings, today)
