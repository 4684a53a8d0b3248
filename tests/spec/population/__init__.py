"""A dataset's population is a yes or no for each patient, defined once. It brings the
patients of the tables that it mentions, and keeps those for whom it is true. A population
that would hold patients about whom nothing is known is refused, because no table could
list them.
"""

title = "Who is in the cohort"
first = ("who_is_in",)
