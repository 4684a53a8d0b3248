"""All rows of the benchmark's table, in its order."""

from __future__ import annotations

from collections.abc import Mapping

from tests.bench import (
    api_speed,
    at_home,
    at_site,
    differencing,
    disclosure_rows,
    extraction,
    project_files,
    rows,
    scheduling,
)
from tests.bench.rows import Measuring

ROWS: Mapping[str, Measuring] = {
    **rows.ROWS,
    **extraction.ROWS,
    **disclosure_rows.ROWS,
    **differencing.ROWS,
    **project_files.ROWS,
    **api_speed.ROWS,
    **at_home.ROWS,
    **scheduling.ROWS,
    **at_site.ROWS,
}
