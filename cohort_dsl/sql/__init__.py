"""A plan in an engine's words: one compiler, and one value for each engine's own ways."""

from cohort_dsl.sql.catalog import Catalog
from cohort_dsl.sql.compile import script
from cohort_dsl.sql.dialect import Dialect
from cohort_dsl.sql.dialects import DIALECTS
from cohort_dsl.sql.statements import Script, Statement, Upload

__all__ = ["DIALECTS", "Catalog", "Dialect", "Script", "Statement", "Upload", "script"]
