"""A value that each patient has once stands beside anything: another such value, or each
of the patient's rows. Two series of rows combine row by row, and only if their rows are
the same ones: they come from one frame, or one's frame was made of the other's by filters
and sorts. Anything else is refused, with both ways out: filter once and take both columns
from that frame, or make one of them a single value a patient first.
"""

title = "Frames together"
first = ("combining_series",)
