"""What the site remembers: people, requests, jobs and what happened to them."""

from __future__ import annotations

from job_runner.store.keys import PersonKey
from job_runner.store.rows import Event
from job_runner.store.store import Store

__all__ = ["Event", "PersonKey", "Store"]
