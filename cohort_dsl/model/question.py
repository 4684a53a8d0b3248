"""What can be asked: a dataset, or measures."""

from __future__ import annotations

from typing import TypeAlias

from cohort_dsl.model.measures import Measures
from cohort_dsl.model.query import Query

Question: TypeAlias = Query | Measures
