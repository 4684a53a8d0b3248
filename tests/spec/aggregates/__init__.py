"""An aggregation makes one value a patient of all the patient's rows in a frame. Missing
values don't count. Without anything to work on, counts are 0, existence is False, and all
else is NULL.
"""

title = "One value of many rows"
first = ("counting_and_summing",)
