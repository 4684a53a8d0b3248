"""What an action says about its outputs, so that they can be recomputed and released.

``from output_checker.claims import crosstab, summary, rates, percentiles, histogram,
survival, regression`` and, for their columns, ``bands``, ``year``, ``is_present`` and
``levels_of``; ``derived`` for a frame of your own, ``preview`` to see what the checker
would say. Needs pandas only when called. ``claim-v2.schema.json`` is the form of what
is written, for those who write claims from another language; ``claims.R`` does from R.
"""

from output_checker.claims.derivation import derived
from output_checker.claims.previews import Preview, preview
from output_checker.claims.regressions import levels_of, regression
from output_checker.claims.tables import (
    bands,
    crosstab,
    histogram,
    is_present,
    percentiles,
    rates,
    summary,
    survival,
    year,
)

__all__ = [
    "Preview",
    "bands",
    "crosstab",
    "derived",
    "histogram",
    "is_present",
    "levels_of",
    "percentiles",
    "preview",
    "rates",
    "regression",
    "summary",
    "survival",
    "year",
]
