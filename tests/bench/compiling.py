"""From a definition file to SQL, and nothing else: `python -m tests.bench.compiling`.

By the plan of a DuckDB warehouse. Run in the study's folder, its argument; prints as JSON
how many variables the SQL answers. Whoever starts it measures the CPU time of the whole
process.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from cohort_dsl import load, sql
from cohort_dsl.sql.catalog import plain
from cohort_dsl.warehouses.explaining import planned

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    query = load.definition(Path("definition.py"))
    catalog = sql.Catalog({table.name: plain(table) for table in query.tables()})
    words = sql.DIALECTS["duckdb"]
    script = sql.script(planned(query, words, catalog), words, catalog)
    answered = [name for name in query.variables if name in script.question.text]
    print(json.dumps({"variables": len(answered)}))
