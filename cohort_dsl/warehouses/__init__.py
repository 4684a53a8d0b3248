"""The engines that hold people's records, and the one way to ask them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cohort_dsl.warehouses.mapped import MappedWarehouse


def open(settings: Mapping[str, object]) -> MappedWarehouse:  # noqa: A001 - read with its module's name
    """The warehouse of a site's settings, to be used in a ``with`` block.

    ``settings``: engine; mapping (a name, or the absolute path of a mapping's file);
    empty_tables, a list of contract tables or ``table.column`` that the site declares it
    can't serve. For duckdb also database (absolute path). For postgresql libpq's host,
    port, user, passfile (absolute path), service, sslmode and sslrootcert, with its
    defaults; database (a name); and statement_timeout in seconds. WarehouseError if
    anything of that isn't understood, isn't there or can't be read.
    """
    from cohort_dsl.warehouses.settings import open_warehouse  # and every engine's driver

    return open_warehouse(settings)
