"""The analysis: three tables, and the numbers of two figures, each with a claim beside it.

A claim says what the table is about, so that the site can recompute it from the cohort.
Only what can be recomputed is released, with small cells hidden; pictures are drawn by
the site from the released numbers.
"""

import pandas

from output_checker.claims import bands, crosstab, histogram, rates, summary

cohort = pandas.read_parquet("output/dataset.parquet")

crosstab(
    cohort,
    rows="heart_disease",
    columns="nsaid",
    where=[("bleed", "==", True)],
    path="output/bleeds.csv",
    title="Gastrointestinal bleeding within a year of a first NSAID, by heart disease",
)

summary(
    cohort,
    value="paracetamol_count",
    by=["risk", "nsaid"],
    measures=["n", "mean"],
    path="output/paracetamol_by_risk.csv",
    title="Earlier paracetamol prescriptions, by risk of bleeding",
)

crosstab(
    cohort,
    rows=bands("start_year", [1970, 1980, 1990, 2000, 2010]),
    path="output/starts_by_decade.csv",
    title="First NSAIDs by decade",
    figure="bar",
)

rates(
    cohort,
    numerator="bleed",
    by="nsaid",
    path="output/bleeding_rates.csv",
    title="Gastrointestinal bleeding within a year of a first NSAID, per 1000",
)

histogram(
    cohort,
    value="age",
    edges=range(34, 46, 2),
    path="output/ages.csv",
    title="Age at the first NSAID",
)
