"""A study's ``codelists/``: asked for in a list, fetched, and held by their hashes.

The files are OpenSAFELY's: ``codelists.txt`` says which, one a line, and
``codelists.json`` when each was fetched and what was in it. Nothing here runs at a site,
which takes a study's files as they are in its commit.
"""

from __future__ import annotations

from job_runner.codelists.asked import CATALOGUE
from job_runner.codelists.fetching import Changed, Fetching, add, update
from job_runner.codelists.held import check

__all__ = [
    "CATALOGUE",
    "Changed",
    "Fetching",
    "add",
    "check",
    "update",
]
