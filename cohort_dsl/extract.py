"""A question put to a warehouse, and its answer as a cohort file."""

from __future__ import annotations

from pathlib import Path

from cohort_dsl import cohort_file
from cohort_dsl.cohort_file import CohortFile
from cohort_dsl.model import wire
from cohort_dsl.model.query import Query
from cohort_dsl.warehouses.contract import Warehouse


def extract(query: Query, warehouse: Warehouse, target: Path) -> CohortFile:
    """Write the query's cohort to ``target`` (Parquet), whole or not at all.

    WarehouseError where the warehouse lacks what is asked for, or refuses.
    """
    types = {"patient_id": warehouse.catalog.patient_id}
    types |= {name: series.type for name, series in query.variables.items()}
    with warehouse.ask(query) as rows:
        return cohort_file.write(rows, types, target, wire.query_hash(query))
