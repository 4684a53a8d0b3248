"""The studies that are measured: many variables of all kinds, and one as real ones are."""

from __future__ import annotations

from tests.bench import data
from tests.bench.study import Study, Variable
from tests.bench.variables import (
    AFTER_INDEX,
    BEFORE_INDEX,
    FIVE_YEARS,
    KINDS,
    UNTIL_2020,
    YEAR_BEFORE_INDEX,
    Rows,
    count,
    exists,
    first_date,
    last_date,
    last_value,
    mean_value,
)


def many(variables: int, codes: int) -> Study:
    """So many variables of all kinds, each with a list of its own; half with a window."""
    lists = {f"l{n:03}": c for n, c in enumerate(data.lists(variables, codes))}
    made = [
        KINDS[n % len(KINDS)](
            f"v{n:03}", Rows(name, codes, **(FIVE_YEARS if n % 2 else {}))
        )
        for n, (name, codes) in enumerate(lists.items())
    ]
    return Study(
        made,
        "SELECT patient_id FROM patients WHERE date_of_birth < DATE '2010-01-01'",
        'patients.date_of_birth.is_before("2010-01-01")',
        lists,
    )


def real() -> Study:
    """140 variables in the shape of a real study of adults registered on 1 January 2020.

    Its index date is found in the data: the first of some frequent events in 2020 or
    later. Fifty-one variables look back or forward from it.
    """
    lists = {f"l{n:03}": codes for n, codes in enumerate(data.lists(129, 20))}
    numbered = iter(lists.items())

    def several(kind: object, stem: str, number: int, **rows: str) -> list[Variable]:
        assert callable(kind)
        return [
            kind(f"{stem}_{n:02}", Rows(*next(numbered), **rows)) for n in range(number)
        ]

    index_codes = [data.code(rank) for rank in (1, 2, 3)]
    since = {"ours": 'date.is_on_or_after("2020-01-01")'}
    since["sql"] = "e.date >= DATE '2020-01-01'"
    index = first_date("index_date", Rows("index", index_codes, **since))
    variables = [
        *_demographics(),
        Variable("index_date", "index_date", index.scan, index.answer),
        *several(exists, "had", 35, **UNTIL_2020),
        *several(first_date, "first", 18, **UNTIL_2020),
        *several(mean_value, "mean", 10, **FIVE_YEARS),
        *several(last_date, "before", 15, **BEFORE_INDEX),
        *several(count, "year", 20, **YEAR_BEFORE_INDEX),
        *several(last_value, "value", 9, **BEFORE_INDEX),
        *several(first_date, "after", 7, **AFTER_INDEX),
        *several(count, "drug", 8, table="medications", **FIVE_YEARS),
        *several(last_date, "drug_last", 7, table="medications", **UNTIL_2020),
        *_derived(),
    ]
    return Study(
        variables,
        "SELECT patient_id FROM patients WHERE date_of_birth <= DATE '2002-01-01' "
        "AND patient_id IN (SELECT patient_id FROM registrations "
        "WHERE start_date <= DATE '2020-01-01' "
        "AND (end_date IS NULL OR end_date >= DATE '2020-01-01'))",
        "(patients.date_of_birth <= '2002-01-01') & registered.exists_for_patient()",
        {**lists, "index": index_codes},
        [REGISTERED, f"index_date = {index.ours}"],
    )


REGISTERED = """\
registered = registrations.where(registrations.start_date <= "2020-01-01").except_where(
    registrations.end_date < "2020-01-01"
)
"""


def _demographics() -> list[Variable]:
    place = (
        "row_number() OVER (PARTITION BY patient_id "
        "ORDER BY start_date DESC, end_date DESC NULLS LAST, region DESC) AS place"
    )
    on_the_day = (
        f"SELECT patient_id, region AS v_region, {place} FROM registrations "
        "WHERE start_date <= DATE '2020-01-01' "
        "AND (end_date IS NULL OR end_date >= DATE '2020-01-01')"
    )
    region = "registered.sort_by(registrations.start_date).last_for_patient().region"
    return [
        Variable("sex", "patients.sex", "", "patients.sex"),
        Variable(
            "born",
            "patients.date_of_birth.to_first_of_month()",
            "",
            "CAST(date_trunc('month', patients.date_of_birth) AS DATE)",
        ),
        Variable(
            "region",
            region,
            f"SELECT patient_id, v_region FROM ({on_the_day}) AS placed WHERE place = 1",
            "v_region",
        ),
        Variable(
            "moves",
            "registrations.count_for_patient()",
            "SELECT patient_id, count(*) AS v_moves FROM registrations GROUP BY patient_id",
            "coalesce(v_moves, 0)",
        ),
    ]


def _derived() -> list[Variable]:
    """What is worked out from other variables, without a scan."""
    either = [f"v_had_{n:02}" for n in range(4)]
    return [
        Variable(
            "any_of_four",
            "dataset.had_00 | dataset.had_01 | dataset.had_02 | dataset.had_03",
            "",
            " OR ".join(f"coalesce({one}, false)" for one in either),
        ),
        Variable(
            "both",
            "dataset.had_04 & dataset.first_00.is_not_null()",
            "",
            "coalesce(v_had_04, false) AND v_first_00 IS NOT NULL",
        ),
        Variable(
            "wait",
            "(dataset.after_00 - index_date).days",
            "",
            "v_after_00 - v_index_date",
        ),
        Variable(
            "contacts",
            "dataset.year_00 + dataset.year_01 + dataset.year_02",
            "",
            "coalesce(v_year_00, 0) + coalesce(v_year_01, 0) + coalesce(v_year_02, 0)",
        ),
        Variable(
            "class_",
            'case(when(dataset.mean_00 >= 100).then("high"), '
            'when(dataset.mean_00 >= 50).then("middle"), otherwise="unknown")',
            "",
            "CASE WHEN v_mean_00 >= 100 THEN 'high' "
            "WHEN v_mean_00 >= 50 THEN 'middle' ELSE 'unknown' END",
        ),
        Variable(
            "age_first",
            "(dataset.first_01 - patients.date_of_birth).days",
            "",
            "v_first_01 - patients.date_of_birth",
        ),
    ]
