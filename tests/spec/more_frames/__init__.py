"""New frames are made of old ones: the rows of several together, episodes of dates that lie
near each other, the row that holds on a date, and small tables that come with the
definition. They are asked like any other frame; the rows themselves, rather than one answer
a patient, are asked for in event tables.
"""

title = "Frames of frames, and tables of rows"
