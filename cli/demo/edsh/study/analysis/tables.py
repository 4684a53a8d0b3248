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
    rows="heart_disease",
    columns="sex",
    path="output/heart.csv",
    title="Disease of the heart in adults who stayed in hospital, by sex",
)

crosstab(
    cohort,
    rows="age_group",
    columns="died",
    path="output/deaths.csv",
    title="Deaths after a first stay in hospital, by age",
)

summary(
    cohort,
    value="creatinine",
    by=["sex"],
    measures=["n", "mean"],
    path="output/creatinine.csv",
    title="Each patient's mean creatinine, by sex",
)

rates(
    cohort,
    numerator="antithrombotic",
    by="sex",
    path="output/antithrombotics.csv",
    title="Adults given a drug against clots, per 1000",
)

histogram(
    cohort,
    value="age",
    edges=range(0, 100, 20),
    path="output/ages.csv",
    title="Age at the first stay in hospital",
)
