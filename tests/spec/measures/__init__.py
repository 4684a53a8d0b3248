"""Measures count patients, for each of several intervals: how many there are (the
denominator), and for how many of them something holds (the numerator). A definition makes
them with `measures = create_measures()`. The answer has one row for each measure, interval
and group, with the ratio of the two. `INTERVAL` stands for the interval at hand.

At a site, small numbers are then hidden and the others rounded; here they are as counted.
"""

title = "Measures"
