"""What may go wrong between us and a server: what to say, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from cohort_dsl.errors import WarehouseError

WHERE = "the site's warehouse settings"
SETTINGS = "in the site's policy"
AGAIN = "It is tried again by itself."
NEVER_AGAIN = "It isn't tried again by itself: that may lock the account."


@dataclass(frozen=True)
class Fault:
    """``kind``: of the error, which says whether asking again may help."""

    problem: str
    remedy: str
    kind: type[WarehouseError] = WarehouseError

    def error(self, where: str, code: str = "") -> WarehouseError:
        """The error, with the server's code for it, if it has one."""
        named = f" ({code})" if code else ""
        return self.kind(self.problem + named, where=where, remedy=self.remedy)
