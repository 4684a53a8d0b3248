"""From a definition file to SQL, and nothing else: `python -m tests.bench.compiling`.

Run in the study's folder's name as its argument; prints as JSON how many variables the SQL
answers. Whoever starts it measures the CPU time of the whole process.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from cohort_dsl import load, plan, sql
from cohort_dsl.sql.catalog import plain

if __name__ == "__main__":
    os.chdir(sys.argv[1])
    query = load.definition(Path("definition.py"))
    catalog = sql.Catalog({table.name: plain(table) for table in query.tables()})
    script = sql.script(plan.build(query), sql.DIALECTS["duckdb"], catalog)
    answered = [name for name in query.variables if name in script.question.text]
    print(json.dumps({"variables": len(answered)}))
