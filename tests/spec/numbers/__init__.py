"""Numbers are whole numbers of 64 bits or decimals of 64 bits. The two are combined only
when asked, with `as_float` or `as_int`. What can't be computed for a patient, such as a
division by 0, is NULL for that patient, and never an error for the cohort.
"""

title = "Numbers"
first = ("arithmetic",)
