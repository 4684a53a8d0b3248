"""What Python would let an author write of any series, and what to write instead."""

from __future__ import annotations

from typing import Any, NoReturn

from cohort_dsl.language.hints import mistake


class Refusals:
    """Every operator that a kind of series doesn't define for itself."""

    def title_(self) -> str:
        """What an error calls this series."""
        raise NotImplementedError

    def __bool__(self) -> NoReturn:
        raise mistake(
            "Python can't decide yes or no here: the answer differs between patients",
            "Write & for `and`, | for `or`, ~ for `not`, with parentheses round each "
            "comparison; split a < x < b in two; use case(when(...)...) for `if`.",
        )

    def __iter__(self) -> NoReturn:
        raise mistake(
            f"{self.title_()} can't be looped over or unpacked: it holds no values yet",
            "Say what is wanted of it with its methods; the values stay in the warehouse.",
        )

    def __len__(self) -> NoReturn:
        raise mistake(
            f"{self.title_()} has no length: it holds no values yet",
            "Count rows with count_for_patient() on the frame.",
        )

    def __contains__(self, value: object) -> NoReturn:
        raise mistake(
            f"`in` can't look into {self.title_()}", "Write x.is_in(series) instead."
        )

    def __getitem__(self, key: object) -> NoReturn:
        raise mistake(
            f"{self.title_()} has no [ ]",
            "Filter rows with where() on the frame, before choosing the column.",
        )

    def _no_logic(self, other: Any) -> Any:
        """`a == 1 & b == 2` ends here: Python reads it as `a == (1 & b) == 2`."""
        raise mistake(
            "& and | need yes/no on both sides",
            "Put parentheses round each comparison: (a == 1) & (b == 2).",
        )

    __and__ = __rand__ = __or__ = __ror__ = _no_logic

    def __invert__(self) -> Any:
        raise mistake(
            f"~ means `not`, and {self.title_()} is neither yes nor no",
            "Put parentheses round the comparison: ~(a == 1).",
        )

    def _no_arithmetic(self, other: Any) -> Any:
        raise mistake(
            f"{self.title_()} can't be computed with",
            "Only numbers can, and dates with days(), months() or years().",
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_arithmetic
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _no_arithmetic
    __mod__ = __rmod__ = __pow__ = __rpow__ = _no_arithmetic

    def __neg__(self) -> Any:
        return self._no_arithmetic(None)

    def _no_order(self, other: Any) -> Any:
        raise mistake(
            f"{self.title_()} can't be put in order",
            "Only numbers and dates can; compare with == or is_in().",
        )

    __lt__ = __le__ = __gt__ = __ge__ = _no_order
