"""`case` chooses a value by conditions, `map_values` by the value itself, `minimum_of`
and `maximum_of` by order. All results of a choice are of one type; literals take the type
of the series beside them.
"""

title = "Choices"
first = ("choosing",)
