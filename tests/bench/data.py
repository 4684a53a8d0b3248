"""Made-up records as Parquet files, the same bytes wherever they are made.

At scale 1: 1,000,000 patients, 30,000,000 events, 8,000,000 medications, 1,400,000
registrations. What a table holds is worked out from md5 hashes of row numbers, so no seed
and no engine's random numbers are in it.

- 20,100 codes, and the r-th most frequent makes up 1/(10 r) of the events, as Zipf has it.
  Codelists leave out the twelve most frequent, and take ranks at even distances among the
  rest: 40 lists of 20 codes find 3.4 % of the events, 40 lists of 100 codes 15 %.
- Codes look like SNOMED CT's: two of three have 9 digits, the others 15.
- Events are stored by date, as they came in over ten years, with up to 30 days' delay: a
  patient's events lie all over the file. Patients differ: half of the events belong to a
  third of them.
- One event in three has a number, a multiple of 1/4: sums are exact in any order.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

PATIENTS, EVENTS, MEDICATIONS, REGISTRATIONS = 1_000_000, 30_000_000, 8_000_000, 1_400_000
CODES = 20_100
UNLISTED = 12  # the most frequent codes are in no list

# A hash has 128 bits: a row draws from four times 32 of them.
DRAWS = """
  SELECT number,
    (high >> 32) / 4294967296.0 AS a, (high & 4294967295) / 4294967296.0 AS b,
    (low >> 32) / 4294967296.0 AS c, (low & 4294967295) / 4294967296.0 AS d
  FROM (
    SELECT number, md5_number_upper(key) AS high, md5_number_lower(key) AS low
    FROM (SELECT range AS number, '{salt}' || range AS key FROM range({rows}))
  )
"""

RANK = f"floor(pow({CODES + 1}, {{draw}}))::INTEGER"
PATIENT = "1 + floor({patients} * pow({draw}, 1.5))::BIGINT"
CODE = (
    "CASE WHEN {rank} % 3 = 0 THEN (100000000000000 + {rank} * 7919000003)::VARCHAR "
    "ELSE (100000000 + {rank} * 39119)::VARCHAR END"
)
DAY = "DATE '2014-01-01' + floor(3650 * number / {rows} - 30 * {draw})::INTEGER"

TABLES: Mapping[str, str] = MappingProxyType(
    {
        "patients": """
          SELECT number + 1 AS patient_id,
            DATE '1930-01-01' + floor(a * 31000)::INTEGER AS date_of_birth,
            CASE WHEN b < 0.49 THEN 'male' WHEN b < 0.99 THEN 'female' ELSE 'unknown' END
              AS sex
          FROM draws""",
        "events": f"""
          SELECT {PATIENT.format(patients="{patients}", draw="a")} AS patient_id,
            {DAY.format(rows="{rows}", draw="b")} AS date,
            {CODE.format(rank="rank")} AS code,
            CASE WHEN d < 1 / 3 THEN floor(d * 2400) / 4 END AS numeric_value
          FROM (SELECT *, {RANK.format(draw="c")} AS rank FROM draws)""",
        "medications": f"""
          SELECT {PATIENT.format(patients="{patients}", draw="a")} AS patient_id,
            {DAY.format(rows="{rows}", draw="b")} AS date,
            {CODE.format(rank="rank")} AS code
          FROM (SELECT *, {RANK.format(draw="c")} AS rank FROM draws)""",
        "registrations": """
          SELECT 1 + CASE WHEN number < {patients} THEN number
              ELSE floor(a * {patients})::BIGINT END AS patient_id,
            DATE '2008-01-01' + floor(b * 3000)::INTEGER
              + CASE WHEN number < {patients} THEN 0 ELSE 3000 END AS start_date,
            CASE WHEN c < 0.2 THEN DATE '2018-01-01' + floor(d * 2000)::INTEGER END
              AS end_date,
            'region ' || (1 + floor(d * 9)::INTEGER) AS region
          FROM draws""",
    }
)


@dataclass(frozen=True)
class Size:
    """How many rows each table has at a scale between 0 and 1."""

    scale: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.scale <= 1:
            raise ValueError("a scale lies above 0, and at 1 at most")

    @property
    def rows(self) -> Mapping[str, int]:
        full = {
            "patients": PATIENTS,
            "events": EVENTS,
            "medications": MEDICATIONS,
            "registrations": REGISTRATIONS,
        }
        return {name: max(1, round(rows * self.scale)) for name, rows in full.items()}


def code(rank: int) -> str:
    """The code that is the ``rank``-th most frequent, beginning with 1."""
    if rank % 3 == 0:
        return str(100_000_000_000_000 + rank * 7_919_000_003)
    return str(100_000_000 + rank * 39_119)


def lists(count: int, codes: int) -> Sequence[Sequence[str]]:
    """``count`` lists of ``codes`` codes, none in two of them, all about as frequent."""
    every = (CODES - UNLISTED) // (count * codes)
    if not every:
        raise ValueError(f"there are only {CODES} codes")
    return [
        [code(UNLISTED + 1 + every * (one + count * n)) for n in range(codes)]
        for one in range(count)
    ]


def made(cache: Path, size: Size) -> Mapping[str, Path]:
    """The Parquet file of each table, made now if the cache hasn't got it."""
    statements = {name: _statement(name, size) for name in TABLES}
    key = hashlib.sha256(repr(statements).encode()).hexdigest()[:12]
    folder = cache / f"records-{size.scale:g}-{key}"
    if not folder.exists():
        draft = folder.with_suffix(".partial")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _make(statements, draft)
        draft.rename(folder)
    return {name: folder / f"{name}.parquet" for name in TABLES}


def _statement(name: str, size: Size) -> str:
    rows = size.rows
    draws = DRAWS.format(salt=f"{name} ", rows=rows[name])
    chosen = TABLES[name].format(patients=rows["patients"], rows=rows[name])
    return f"WITH draws AS ({draws}) {chosen}"


def _make(statements: Mapping[str, str], folder: Path) -> None:
    with duckdb.connect(config={"threads": 2, "memory_limit": "4GB"}) as connection:
        for name, statement in statements.items():
            target = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"COPY ({statement}) TO '{target}' (FORMAT parquet)")
