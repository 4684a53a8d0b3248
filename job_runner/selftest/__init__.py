"""Does the box hold? Each of its limits, proved by trying to break it.

``probe`` runs inside boxes; ``looks`` and ``strains`` are the table of what is tried and
how the answer is judged; ``trying`` carries it out with an executor; ``certificate`` keeps
what was found for as long as nothing has changed.
"""
