"""What can be asked of a string."""

from __future__ import annotations

from cohort_dsl.model.nodes.kinds import Binary
from cohort_dsl.model.types import BOOL, Kind, ModelError, ValueType


class Contains(Binary):
    """Does the left string hold the right one? Case counts; nothing is a wildcard."""

    def check_type(self) -> None:
        if self.left.type.kind is not Kind.STR:
            raise ModelError(f"{self.left.type} is no string")

    def find_type(self) -> ValueType:
        return BOOL
