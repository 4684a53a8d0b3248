"""What shared scans are worth: each row against plain SQL, measured in the same run.

`make bench` runs all of it at full size; `python -m tests.bench --help` tells the rest.
"""
