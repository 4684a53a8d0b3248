"""The analysis: tables, and the numbers of a figure, each with a claim beside it.

A claim says what the table is about, so that the site can recompute it from the cohort.
Only what can be recomputed is released, with small cells hidden; pictures are drawn by
the site from the released numbers.
"""

import pandas

from output_checker.claims import crosstab, histogram, rates, summary

cohort = pandas.read_parquet("output/dataset.parquet")

crosstab(
    cohort,
    rows="fever",
    columns="sex",
    path="output/fever.csv",
    title="Fever after a first diagnosis of asthma, by sex",
)

crosstab(
    cohort,
    rows="age_group",
    columns="hypertension",
    path="output/hypertension.csv",
    title="High blood pressure after a first diagnosis of asthma, by age",
)

summary(
    cohort,
    value="haemoglobin",
    by=["sex"],
    measures=["n", "mean"],
    path="output/haemoglobin.csv",
    title="Each patient's mean haemoglobin, by sex",
)

rates(
    cohort,
    numerator="attack",
    by="sex",
    path="output/attacks.csv",
    title="Acute attacks after a first diagnosis of asthma, per 1000",
)

histogram(
    cohort,
    value="age",
    edges=range(0, 100, 20),
    path="output/ages.csv",
    title="Age at the first diagnosis of asthma",
)
