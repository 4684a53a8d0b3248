"""An event frame has any number of rows a patient. `where` and `except_where` leave some
of them, `sort_by` puts them in order, and `first_for_patient` or `last_for_patient` picks
one: then each patient has one value in every column, or NULL where no row was left.
"""

title = "Filtering, sorting, picking"
first = ("filtering_rows", "picking_rows")
