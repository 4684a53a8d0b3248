"""The SNDS: an extract's two people told by hand, and all columns of the real tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cohort_dsl import create_dataset
from cohort_dsl.extract import extract
from cohort_dsl.mappings import reading
from cohort_dsl.mappings.binding import State
from cohort_dsl.mappings.model import OFFERED
from cohort_dsl.mappings.report import Status
from cohort_dsl.tables.contract import diagnoses, medications, patients, visits
from cohort_dsl.testing import query_of
from cohort_dsl.warehouses.mapped import MappedWarehouse
from tests import a_mapped_h2, a_snds
from tests.a_postgres import Server
from tests.an_omop import rows_of


@pytest.fixture(params=["duckdb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | Server:
    if request.param == "duckdb":
        return tmp_path
    server: Server = request.getfixturevalue("postgres")
    return server


def told(warehouse: MappedWarehouse, table: str, *columns: str) -> set[tuple[Any, ...]]:
    """These columns of the table's rows, which are as many as there are tuples."""
    rows = [a_mapped_h2.days(row) for row in rows_of(warehouse, table)]
    found = {tuple(row[column] for column in columns) for row in rows}
    assert len(found) == len(rows)
    return found


# The extract ---------------------------------------------------------------------

FIRST, SECOND = "Patient_01", "Patient_02"
STAYS = {
    "10000987-2006": (date(2006, 1, 1), date(2006, 1, 1)),
    "10000543-2006": (date(2006, 1, 1), date(2006, 1, 1)),
    "20000123-2007": (date(2007, 2, 1), date(2007, 2, 1)),
    "20000345-2007": (date(2007, 2, 1), date(2007, 2, 1)),
    "30000546-2008": (date(2008, 3, 8), date(2008, 3, 10)),
    "30000852-2008": (date(2008, 3, 15), date(2008, 3, 17)),
}
DIAGNOSES = {
    ("10000987-2006", "C670", "principal"), ("10000543-2006", "C671", "principal"),
    ("10000543-2006", "E08", "other"), ("10000543-2006", "C669", "associated"),
    ("20000123-2007", "C670", "principal"), ("20000123-2007", "E05", "other"),
    ("20000123-2007", "C665", "associated"), ("20000345-2007", "C671", "principal"),
    ("30000546-2008", "C670", "principal"), ("30000546-2008", "C670", "other"),
    ("30000852-2008", "C671", "principal"), ("30000852-2008", "C671", "other"),
    ("30000852-2008", "E02", "other"), ("30000852-2008", "C652", "associated"),
}  # fmt: skip
"""With those of the units that a stay of 2008 went through."""


def test_an_extracts_people_are_told_as_its_files_tell_them(place, tmp_path):
    with a_snds.extract(place) as snds:
        assert told(snds, "patients", "patient_id", "date_of_birth", "sex",
                    "date_of_death") == {
            (FIRST, date(1975, 1, 1), "female", None),
            (SECOND, date(1959, 10, 1), "male", date(2008, 1, 25)),
        }  # fmt: skip
        assert told(snds, "visits", "patient_id", "visit_id", "start_date", "end_date") == {
            (SECOND, f"10000123-{stay}", *days) for stay, days in STAYS.items()
        }
        assert told(snds, "diagnoses", "patient_id", "visit_id", "date", "end_date", "code",
                    "kind") == {
            *((SECOND, f"10000123-{stay}", *STAYS[stay], code, kind)
              for stay, code, kind in DIAGNOSES),
            # Recognised as long-term; a third one is of no coding system.
            (SECOND, None, date(2006, 1, 25), date(2011, 1, 24), "E11", "other"),
            (SECOND, None, date(2006, 3, 13), date(2016, 3, 13), "C67", "other"),
        }  # fmt: skip
        assert told(snds, "procedures", "patient_id", "visit_id", "date", "code") == {
            (SECOND, "10000123-10000987-2006", date(2006, 1, 1), "AAAA123"),
            (SECOND, "10000123-10000543-2006", date(2006, 1, 1), "BBBB123"),
            (SECOND, "10000123-20000123-2007", date(2007, 2, 1), "AAAA123"),
            (SECOND, "10000123-20000345-2007", date(2007, 2, 1), "BBBB123"),
            # From here on the day is known: each was two days after the first.
            (SECOND, "10000123-30000546-2008", date(2008, 3, 10), "AAAA123"),
            (SECOND, "10000123-30000852-2008", date(2008, 3, 17), "BBBB123"),
            (FIRST, None, None, "ABCD123"),
        }
        # Four more presentations are of flows that the PMSI repeats, one of a supplement.
        assert told(snds, "medications", "patient_id", "date", "code", "vocabulary",
                    "event_type", "quantity") == {
            (FIRST, None, "A10BB09", "ATC", "dispensed", 1.0),
            (FIRST, date(2006, 1, 15), "A10BB09", "ATC", "dispensed", 2.0),
            (FIRST, date(2006, 1, 15), "0000009348420", "UCD", "dispensed", 20.0),
            (SECOND, date(2008, 5, 15), "0000009274762", "UCD", "administered", 1.0),
            (SECOND, date(2008, 10, 12), "0000009274762", "UCD", "administered", 0.5),
            (SECOND, date(2008, 3, 20), "0000009274762", "UCD", "administered", 0.5),
        }  # fmt: skip
        assert told(snds, "deaths", "patient_id", "date") == {(SECOND, date(2008, 1, 25))}
        assert told(snds, "addresses", "patient_id", "area", "region") == {
            (FIRST, "02A004", "02A"), (SECOND, "075114", "075"),
        }  # fmt: skip
        assert len(rows_of(snds, "clinical_events")) == 16 + 7
        assert answered(snds, tmp_path) == [("Patient_02", 46, 3, 2)]


def test_the_check_of_an_extract_says_which_tables_it_hasnt(tmp_path):
    with a_snds.extract(tmp_path) as snds:
        report = snds.check(datetime.date(2025, 1, 1))
    assert report.ok
    assert told_of(report, "procedures") == [
        "The database has no table ER_BIO_F[_{yyyy}], of any year: what would stand there "
        "isn't among its rows."
    ]


def told_of(report: Any, table: str) -> list[str]:
    [found] = [one for one in report.tables if one.table == table]
    return [f.sentence for f in found.findings if f.status is Status.WARNING]


def answered(snds: MappedWarehouse, folder: Path) -> list[tuple[Any, ...]]:
    """Who had a tumour of the bladder, since when, and what they were given."""
    dataset = create_dataset()
    tumours = diagnoses.where(diagnoses.code.is_in(["C670", "C671"]))
    dataset.define_population(tumours.exists_for_patient())
    dataset.age = patients.age_on(tumours.sort_by(tumours.date).first_for_patient().date)
    dataset.drugs = medications.count_for_patient()
    dataset.stays = visits.where(visits.start_date >= "2008-01-01").count_for_patient()
    extract(query_of(dataset), snds, folder / "tumours.parquet")
    return duckdb.sql(f"FROM '{folder / 'tumours.parquet'}'").fetchall()


# All columns ---------------------------------------------------------------------

YEARS = (2006, 2009, 2013)
KEY: Mapping[str, Any] = {
    "DCT_ORD_NUM": 1, "FLX_DIS_DTD": "2019-02-01", "FLX_EMT_NUM": 1, "FLX_EMT_ORD": 1,
    "FLX_EMT_TYP": 1, "FLX_TRT_DTD": "2019-01-06", "ORG_CLE_NUM": "A", "PRS_ORD_NUM": 1,
    "REM_TYP_AFF": 1,
}  # fmt: skip
SURE = dict.fromkeys(
    ["NIR_RET", "NAI_RET", "SEX_RET", "SEJ_RET", "FHO_RET", "PMS_RET", "DAT_RET"], "0"
)
NEVER = "1600-01-01"

PEOPLE: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "IR_BEN_R": [
        # One person under two numbers, of which the newer knows of the death.
        {"BEN_IDT_ANO": "X", "BEN_NIR_PSA": "x1", "BEN_RNG_GEM": 1, "BEN_NAI_ANN": "1950",
         "BEN_NAI_MOI": "03", "BEN_SEX_COD": 1, "BEN_DCD_DTE": NEVER,
         "BEN_DCD_AME": "160001"},
        {"BEN_IDT_ANO": "X", "BEN_NIR_PSA": "x2", "BEN_RNG_GEM": 1, "BEN_NAI_ANN": "1950",
         "BEN_NAI_MOI": "03", "BEN_SEX_COD": 1, "BEN_DCD_DTE": "2015-05-06",
         "BEN_DCD_AME": "201505"},
        # Two people under one number; of the first only the month of death is known.
        {"BEN_IDT_ANO": "Y", "BEN_NIR_PSA": "yz", "BEN_RNG_GEM": 1, "BEN_NAI_ANN": "1960",
         "BEN_NAI_MOI": "00", "BEN_SEX_COD": 2, "BEN_DCD_DTE": NEVER,
         "BEN_DCD_AME": "201607"},
        {"BEN_IDT_ANO": "Z", "BEN_NIR_PSA": "yz", "BEN_RNG_GEM": 2, "BEN_NAI_ANN": "1600",
         "BEN_NAI_MOI": "01", "BEN_SEX_COD": 9, "BEN_DCD_DTE": NEVER,
         "BEN_DCD_AME": "160001"},
    ],
    "IR_BEN_R_ARC": [{"BEN_IDT_ANO": "W", "BEN_NIR_PSA": "w", "BEN_RNG_GEM": 1}],
    "KI_CCI_R": [{"BEN_IDT_ANO": "X", "DCD_IDT_ENC": "1", "DCD_CIM_COD": "I219"}],
}  # fmt: skip


def of_stay(number: str, **row: Any) -> dict[str, Any]:
    return {"ETA_NUM": "1", "RSA_NUM": number, **row}


def day(table: str, number: str, **row: Any) -> dict[str, Any]:
    """A stay of the PMSI's C, whose person is sure."""
    dated = {} if table == "T_MCO06C" else {
        "EXE_SOI_DTD": f"20{table[5:7]}-04-05 00:00:00",
        "EXE_SOI_DTF": f"20{table[5:7]}-04-08 00:00:00",
    }  # fmt: skip
    month = {"SOR_ANN": f"20{table[5:7]}", "SOR_MOI": "04"}
    return of_stay(number, **{**SURE, **dated, **month, **row})


STAYED: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "T_MCO06C": [day("T_MCO06C", "1", NIR_ANO_17="x1"),
                 day("T_MCO06C", "2", NIR_ANO_17="x1", DAT_RET="1")],
    "T_MCO09C": [day("T_MCO09C", "1", NIR_ANO_17="x2"),
                 day("T_MCO09C", "2", NIR_ANO_17="w"),
                 day("T_MCO09C", "3", NIR_ANO_17="yz"),
                 day("T_MCO09C", "4", NIR_ANO_17="x2", SEX_RET="1"),
                 day("T_MCO09C", "5", NIR_ANO_17="nobody")],
    "T_MCO13C": [day("T_MCO13C", "1", NIR_ANO_17="x1", COH_NAI_RET="0", COH_SEX_RET="0"),
                 day("T_MCO13C", "2", NIR_ANO_17="x1", COH_NAI_RET="0", COH_SEX_RET="1")],
    "T_MCO09B": [of_stay("1", DGN_PAL="I219"), of_stay("4", DGN_PAL="I219")],
    "T_MCO13B": [of_stay("1", DGN_PAL="J44"), of_stay("2", DGN_PAL="I219")],
    "T_MCO09A": [of_stay("1", CDC_ACT="DDAF007", ENT_DAT_DEL=1),
                 of_stay("1", CDC_ACT="DEQP003", ENT_DAT_DEL=None)],
}  # fmt: skip


GIVEN = {**KEY, "PHA_PRS_C13": 3400935418487, "PHA_ACT_QSN": 2}
OTHER = {**KEY, "REM_TYP_AFF": 2}
ANOTHER = {"DCT_ORD_NUM": 7, "FLX_DIS_DTD": "2018-01-01", "FLX_EMT_NUM": 7,
           "FLX_EMT_ORD": 7, "FLX_EMT_TYP": 7, "FLX_TRT_DTD": "2018-01-01",
           "ORG_CLE_NUM": "B", "PRS_ORD_NUM": 7, "REM_TYP_AFF": 7}  # fmt: skip
"""Of each column of the key another value."""

DISPENSED: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "IR_PHA_R": [{"PHA_CIP_C13": 3400935418487, "PHA_ATC_CLA": "A10BB09"}],
    "ER_PRS_F": [
        {**KEY, "BEN_NIR_PSA": "x2", "BEN_RNG_GEM": 1, "EXE_SOI_DTD": "2019-01-05"},
        *({**KEY, name: value, "BEN_NIR_PSA": "x1", "BEN_RNG_GEM": 1}
          for name, value in ANOTHER.items()),
        # Who has the same number, and is somebody else.
        {**OTHER, "BEN_NIR_PSA": "yz", "BEN_RNG_GEM": 2, "EXE_SOI_DTD": NEVER,
         "EXE_SOI_AMD": "201812"},
        # What the PMSI tells as well, and what only adds to a price.
        {**KEY, "DCT_ORD_NUM": 71, "BEN_NIR_PSA": "x2", "BEN_RNG_GEM": 1, "DPN_QLF": 71},
        {**KEY, "DCT_ORD_NUM": 2, "BEN_NIR_PSA": "x2", "BEN_RNG_GEM": 1, "CPL_MAJ_TOP": 2},
    ],
    "ER_PHA_F": [GIVEN, {**OTHER, "PHA_PRS_C13": 1}, {**GIVEN, "DCT_ORD_NUM": 99},
                 {**GIVEN, "DCT_ORD_NUM": 71}, {**GIVEN, "DCT_ORD_NUM": 2}],
    "ER_PRS_F_2012": [{**KEY, "BEN_NIR_PSA": "w", "BEN_RNG_GEM": 1, "DPN_QLF": 0,
                       "CPL_MAJ_TOP": 0, "EXE_SOI_DTD": "2012-01-05"}],
    "ER_PHA_F_2012": [GIVEN],
}  # fmt: skip

ROWS: Mapping[str, Sequence[Mapping[str, Any]]] = {**PEOPLE, **STAYED, **DISPENSED}


@pytest.fixture(scope="module", params=["duckdb", "postgresql", "oracle"])
def snds(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MappedWarehouse]:
    """All the rows above, in tables with all their columns. Oracle is H2."""
    kinds = a_snds.tables(YEARS, archived=[2012])
    if request.param == "oracle":
        with a_mapped_h2.opened(
            ROWS, kinds, reading.text_of("snds"), a_snds.LACKS
        ) as served:
            yield served
        return
    server = request.param == "postgresql"
    place = (
        request.getfixturevalue("postgres") if server else tmp_path_factory.mktemp("snds")
    )
    with a_snds.whole(place, ROWS, kinds) as warehouse:
        yield warehouse


def test_every_column_that_is_read_is_in_the_real_tables(place):
    """The first years of the PMSI, those with new columns, and the last."""
    kinds = a_snds.tables(
        [2005, 2006, 2008, 2009, 2011, 2013, 2015, 2017, 2019], [2009, 2013]
    )
    with a_snds.whole(place, {}, kinds) as snds:
        tables = snds.bound.tables
        lacking = {n for n, t in tables.items() if t.served.state is not State.SERVED}
        assert lacking == set(a_snds.LACKS)
        assert not [
            (name, column)
            for name in tables.keys() - lacking
            for column, served in tables[name].columns.items()
            if served.state is State.MISSING
        ]
        assert not [table.absent for table in tables.values() if table.absent]


@pytest.mark.parametrize("snds", ["duckdb", "postgresql"], indirect=True)
def test_every_table_answers(snds):
    """On Oracle's words the tests below ask each once; H2 takes long."""
    empty = {name for name in OFFERED if not rows_of(snds, name)}
    assert empty == set(a_snds.LACKS)


def test_a_person_may_have_several_numbers_and_an_archive(snds):
    found = told(snds, "patients", "patient_id", "date_of_birth", "sex",
                   "date_of_death")  # fmt: skip
    assert found == {
        ("X", date(1950, 3, 1), "male", date(2015, 5, 6)),
        ("Y", date(1960, 1, 1), "female", date(2016, 7, 1)),
        ("Z", None, "unknown", None),
        ("W", None, "unknown", None),
    }


def test_a_death_has_the_cause_that_was_coded(snds):
    found = told(snds, "deaths", "patient_id", "date", "cause_code",
                   "cause_vocabulary")  # fmt: skip
    assert found == {
        ("X", date(2015, 5, 6), "I219", "CIM10"),
        ("Y", date(2016, 7, 1), None, None),
    }


def test_a_core_tables_cause_has_no_dot(snds):
    wanted = ("patient_id", "underlying_cause_of_death")
    found = told(snds, "core.ons_deaths", *wanted)
    assert found == {("X", "I219"), ("Y", None)}


def test_stays_of_all_years_are_whose_number_they_have(snds):
    """Those whose quality codes doubt it are left out; a twin's are the first's."""
    found = told(snds, "visits", "patient_id", "visit_id", "start_date", "end_date")
    assert found == {
        ("X", "1-1-2006", date(2006, 4, 1), date(2006, 4, 1)),
        ("X", "1-1-2009", date(2009, 4, 5), date(2009, 4, 8)),
        ("W", "1-2-2009", date(2009, 4, 5), date(2009, 4, 8)),
        ("Y", "1-3-2009", date(2009, 4, 5), date(2009, 4, 8)),
        (None, "1-5-2009", date(2009, 4, 5), date(2009, 4, 8)),
        ("X", "1-1-2013", date(2013, 4, 5), date(2013, 4, 8)),
    }


def test_a_diagnosis_is_its_own_years(snds):
    found = told(snds, "diagnoses", "patient_id", "visit_id", "code", "date")
    assert found == {
        ("X", "1-1-2009", "I219", date(2009, 4, 5)),
        ("X", "1-1-2013", "J44", date(2013, 4, 5)),
    }


def test_an_act_is_so_many_days_after_the_first(snds):
    found = told(snds, "procedures", "patient_id", "code", "date")
    assert found == {
        ("X", "DDAF007", date(2009, 4, 6)),
        ("X", "DEQP003", date(2009, 4, 5)),
    }


def test_a_prescription_is_told_by_its_nine_column_key_in_its_own_archive(snds):
    """Each of the nine tells; a row without its counterpart is left out."""
    found = told(snds, "medications", "patient_id", "date", "code", "vocabulary",
                 "quantity")  # fmt: skip
    assert found == {
        ("X", date(2019, 1, 5), "A10BB09", "ATC", 2.0),
        ("Z", date(2018, 12, 1), "1", "CIP", None),
        ("W", date(2012, 1, 5), "A10BB09", "ATC", 2.0),
    }
