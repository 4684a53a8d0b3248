title = "Who is in the cohort"
