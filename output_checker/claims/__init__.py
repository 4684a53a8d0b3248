"""What an action says about its outputs, so that they can be recomputed and released.

``from output_checker.claims import bands, crosstab, is_present, summary, year``
Needs pandas only when called. ``claim-v1.schema.json`` is the form of what is written,
for those who write claims from another language.
"""

from output_checker.claims.tables import bands, crosstab, is_present, summary, year

__all__ = ["bands", "crosstab", "is_present", "summary", "year"]
