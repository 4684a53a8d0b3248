"""The engines that the compiler knows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.duckdb import DUCKDB
from cohort_dsl.sql.oracle import ORACLE_19
from cohort_dsl.sql.postgresql import POSTGRESQL
from cohort_dsl.sql.spark import SPARK
from cohort_dsl.sql.sqlserver import SQLSERVER

DIALECTS: Mapping[str, Dialect] = MappingProxyType(
    {one.name: one for one in (DUCKDB, POSTGRESQL, ORACLE_19, SPARK, SQLSERVER)}
)
