"""Tables in memory, fitted to their schemas: test data and made-up patients."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from cohort_dsl.errors import WarehouseError
from cohort_dsl.model.types import INT, STR, TableSchema, ValueType
from cohort_dsl.warehouses.rows import ARROW


def fitted(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, TableSchema]
) -> tuple[dict[str, pa.Table], ValueType]:
    """A table for every schema, with exactly its columns; and the type of patient_id.

    ``tables`` by name, each with ``patient_id`` (int64 or string, all the same) and any of
    its schema's columns; a column or table that isn't given is empty. WarehouseError where
    a table has no schema or a column doesn't fit it.
    """
    _demand_schemas(tables, schemas)
    patient_id = _patient_id(tables)
    return {n: _fitted(tables.get(n), schemas[n], patient_id) for n in schemas}, patient_id


def _demand_schemas(
    tables: Mapping[str, pa.Table], schemas: Mapping[str, TableSchema]
) -> None:
    unknown = sorted(tables.keys() - schemas.keys())
    if unknown:
        raise WarehouseError(
            f"no schema says what is in {', '.join(unknown)}",
            where="tables in memory",
            remedy="Give a schema for each table.",
        )


def _patient_id(tables: Mapping[str, pa.Table]) -> ValueType:
    types = {table.schema.field("patient_id").type for table in tables.values()}
    if types <= {pa.int64()}:
        return INT
    if types == {pa.string()}:
        return STR
    raise WarehouseError(
        f"patient_id comes as {' and '.join(sorted(map(str, types)))}",
        where="tables in memory",
        remedy="Make it int64 in all tables, or string in all.",
    )


def _fitted(table: pa.Table | None, schema: TableSchema, patient_id: ValueType) -> pa.Table:
    """The table with exactly the schema's columns, in its order, of its types."""
    fields = {"patient_id": ARROW[patient_id.kind]}
    fields |= {column.name: ARROW[column.type.kind] for column in schema.columns}
    wanted = pa.schema(list(fields.items()))
    if table is None:
        return wanted.empty_table()
    unknown = sorted(set(table.column_names) - set(wanted.names))
    try:
        columns = [
            table.column(name).cast(kind)
            if name in table.column_names
            else pa.nulls(table.num_rows, kind)
            for name, kind in fields.items()
        ]
    except pa.ArrowInvalid:
        unknown.append("a column of another type")
        columns = []
    if unknown:
        raise WarehouseError(
            f"it holds {', '.join(unknown)}, which its schema doesn't",
            where=f"table {schema.name} in memory",
            remedy="Give the schema's columns, in its types.",
        )
    return pa.table(columns, schema=wanted)
