"""A condition is true, false, or unknown: NULL. It is unknown where its answer hangs on
what is missing. Conditions are joined with `&`, `|` and `~`, each in parentheses, because
Python's own `and`, `or` and `not` want an answer at once.
"""

title = "Yes, no and unknown"
first = ("three_values", "comparing")
