"""What Python would let an author write of any series, and what to write instead."""

from __future__ import annotations

from typing import Any, NoReturn

from cohort_dsl.language import decided
from cohort_dsl.language.hints import mistake


class Refusals:
    """Every operator that a kind of series doesn't define for itself."""

    computing_ = "Only numbers can, and dates with days(), months() or years()."
    turning_ = ""  # the remedy for a minus before it, where that is another

    def title_(self) -> str:
        """What an error calls this series."""
        raise NotImplementedError

    def __bool__(self) -> NoReturn:
        raise decided.mistake()

    def __iter__(self) -> NoReturn:
        raise decided.looped(self.title_())

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

    def __format__(self, how: str) -> NoReturn:
        raise mistake(
            f"{self.title_()} can't be written into text: it holds no values yet",
            "For categories write case(when(...).then(...)); to see what it is, show(it).",
        )

    def _no_number(self, *others: object) -> NoReturn:
        raise mistake(
            f"{self.title_()} is no number of Python's: it holds no values yet",
            "Write .as_int(), .as_float() or .absolute() after it; leave rounding to the "
            "analysis.",
        )

    __int__ = __float__ = __index__ = __complex__ = __round__ = __abs__ = _no_number
    __floor__ = __ceil__ = __trunc__ = _no_number

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
        raise mistake(f"{self.title_()} can't be computed with", self.computing_)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_arithmetic
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _no_arithmetic
    __pow__ = __rpow__ = _no_arithmetic

    def _no_remainder(self, other: Any) -> Any:
        raise mistake(
            "there is no % of series, for the remainder of a division",
            "Write a - a // b * b; where a has decimals, a - (a // b).as_float() * b.",
        )

    __mod__ = __rmod__ = _no_remainder

    def __neg__(self) -> Any:
        remedy = self.turning_ or self.computing_
        raise mistake(f"{self.title_()} can't be computed with", remedy)

    def _no_order(self, other: Any) -> Any:
        raise mistake(
            f"{self.title_()} can't be put in order",
            "Only numbers and dates can; compare with == or is_in().",
        )

    __lt__ = __le__ = __gt__ = __ge__ = _no_order


class FrameRefusals:
    """What Python would let an author write of rows, and what to write instead."""

    def title_(self) -> str:
        """What an error calls these rows."""
        raise NotImplementedError

    def __bool__(self) -> NoReturn:
        raise mistake(
            f"Python can't decide yes or no of {self.title_()}",
            "Write .exists_for_patient() to ask whether a patient has rows.",
        )

    def __iter__(self) -> NoReturn:
        raise mistake(
            f"the rows of {self.title_()} can't be looped over: they stay in the warehouse",
            "Say what is wanted of them, for example with count_for_patient().",
        )

    def __len__(self) -> NoReturn:
        raise mistake(
            f"{self.title_()} has no length: its rows stay in the warehouse",
            "Write .count_for_patient() to count each patient's rows.",
        )

    def __getitem__(self, key: object) -> NoReturn:
        raise mistake(
            f"{self.title_()} has no [ ]",
            "Write frame.where(condition) for rows, frame.column for a column, "
            "frame.sort_by(frame.date).first_for_patient() for one row.",
        )

    def __format__(self, how: str) -> NoReturn:
        raise mistake(
            f"the rows of {self.title_()} can't be written into text",
            "To see what they are, write show(frame).",
        )

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrameRefusals):
            return self is other
        return bool(self._no_values(other))

    def __hash__(self) -> int:
        return id(self)

    def _no_values(self, other: object) -> NoReturn:
        raise mistake(
            f"{self.title_()} is rows, and can't be compared or computed with",
            "Choose one of its columns, or count_for_patient() or exists_for_patient().",
        )

    __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __rsub__ = _no_values
    __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __and__ = __rand__ = _no_values
    __or__ = __ror__ = _no_values

    def __invert__(self) -> NoReturn:
        self._no_values(None)
