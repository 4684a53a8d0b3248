"""Two tables of the cohort, each with its claim."""

import pandas

from output_checker.claims import bands, crosstab

COHORT = "output/cohort.parquet"
cohort = pandas.read_parquet(COHORT)
crosstab(
    cohort,
    rows=bands("age", [0, 18, 40, 65, 150]),
    columns="sex",
    dataset=COHORT,
    path="output/ages.csv",
    title="Patients by age and sex",
)
crosstab(
    cohort,
    rows=bands("visits", [0, 1, 5, 100_000]),
    columns="sex",
    dataset=COHORT,
    path="output/visits.csv",
    title="Patients by number of visits and sex",
)
