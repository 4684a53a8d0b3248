# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A claimed model fitted again, to the people of the cohort, by the author's own method.

What it is of is built here: from columns, ways to divide them, and reference levels, all
from a closed list. Of what a person's row has, nothing leaves this module but sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from output_checker.claims import fitting
from output_checker.claims.model import Claim, Dimension, Levels, Model
from output_checker.claims.outcome import Variable
from output_checker.verify import behind, leverage
from output_checker.verify.cohort import Cohort, Unverifiable
from output_checker.verify.compare import terms_differ
from output_checker.verify.numbers import Numbers, Recomputed, Refit
from output_checker.verify.parts import column_of, level_of, number_of, parts_of
from output_checker.verify.recompute import HANDFUL, rarest_words, too_near_zero
from output_checker.verify.spread import Sql

if TYPE_CHECKING:
    from output_checker.claims.fitting import Array

MOST_COLUMNS = 200
"""Coefficients of a model."""
MOST_NUMBERS = 60_000_000
"""Of a model's design, people times coefficients: half a gigabyte."""
MOST_TIMES = 20_000
"""Different times of events in a Cox model, which is summed up at each."""
TOO_LARGE, TOO_SMALL = 1e100, 1e-100


@dataclass(frozen=True)
class _People:
    """Who is in a model, a place in each array a person; ``alike``: by all terms."""

    outcome: Any
    terms: tuple[Any, ...]
    time: Array | None
    alike: Array

    def __repr__(self) -> str:
        return f"<{len(self.alike)} people of a model>"


def refit(
    path: str,
    claim: Claim,
    cohort: Cohort,
    *,
    largest: int,
    few: int,
    providers: Sequence[str] = (),
) -> Recomputed:
    """The claim's n and coefficients as the cohort gives them.

    Arguments as of ``recompute``. Raises Unverifiable where the claim is about what the
    cohort doesn't hold, or the model is too large; ClaimError where it has no one answer.
    """
    model = _known(claim.model)
    people = _people(claim, model, cohort)
    numbers = _numbers(model, people)
    two = {name: one.two[1] for name, one in numbers.items() if one.two}
    tables = tuple(behind.tables(claim, cohort, two, largest=largest, providers=providers))
    whole: Levels = tuple(None for _ in tables[0].claim.dimensions)
    same = Numbers(len(people.alike), providers=tables[0].cells[whole].providers)
    found = Recomputed(
        path, claim, {(): same}, rarest=rarest_words(claim.population, cohort)
    )
    if any(terms_differ(table) for table in tables):
        return replace(found, refit=_unfitted(tables))
    return replace(found, refit=_fitted(model, people, few, numbers, tables))


def _known(model: Model | None) -> Model:
    if model is None or len(model.coefficients) > MOST_COLUMNS:
        raise Unverifiable(
            f"a model of more than {MOST_COLUMNS} coefficients isn't fitted here",
            "Use fewer terms, or wider groups.",
        )
    return model


def _people(claim: Claim, model: Model, cohort: Cohort) -> _People:
    """Each person's outcome, terms and time: numbers, and levels by name."""
    used = (model.outcome, *model.terms)
    pieces = [_value(variable, cohort) for variable in used]
    pieces += [Sql(number_of(model.time, cohort))]
    kept = parts_of(claim, cohort).kept
    inner = ", ".join(f"{piece.text} AS v{n}" for n, piece in enumerate(pieces))
    same = ", ".join(f"v{n}" for n in range(1, len(used)))
    sql = (
        f"SELECT *, count(*) OVER (PARTITION BY {same}) AS alike"
        f" FROM (SELECT {inner} FROM cohort WHERE {kept.text})"
    )
    bound = [value for piece in (*pieces, kept) for value in piece.values]
    size = _size(kept, cohort)
    if not size:
        raise Unverifiable("nobody is in the model", "Look at the claim's conditions.")
    if size * len(model.coefficients) > MOST_NUMBERS:
        raise Unverifiable(
            f"the model has {len(model.coefficients)} coefficients of {size:,} people,"
            " which is more than is fitted here",
            "Use fewer terms, or wider groups.",
        )
    rows = cohort.columns_of(sql, bound)
    outcome, *terms = (_named(v, rows[f"v{n}"]) for n, v in enumerate(used))
    time = None if model.time is None else _sensible(model.time, rows[f"v{len(used)}"])
    return _People(outcome, tuple(terms), time, np.asarray(rows["alike"], dtype=float))


def _size(kept: Sql, cohort: Cohort) -> int:
    sql = f"SELECT count(*) FROM cohort WHERE {kept.text}"
    return int(cohort.ask(sql, kept.values)[0][0])


def _value(variable: Variable, cohort: Cohort) -> Sql:
    """A number as it is; a level by its place in the claim's, 0 if it isn't one of them."""
    if variable.levels:
        derived: Any = variable.use
        level = level_of(Dimension(variable.column, derived, False), cohort)
        text = f"coalesce(list_position(CAST(? AS VARCHAR[]), {level.text}), 0)"
        return Sql(text, (list(variable.levels), *level.values))
    column, kind = column_of(variable.column, cohort)
    if kind == "BOOLEAN":
        return Sql(f"CAST({column} AS DOUBLE)")
    return Sql(number_of(variable.column, cohort))


def _named(variable: Variable, values: Any) -> Any:
    if not variable.levels:
        return _sensible(variable.column, values)
    names = np.array(["", *variable.levels], dtype=object)
    return names[np.asarray(values, dtype=np.intp)]


def _sensible(name: str, values: Any) -> Array:
    found = np.asarray(values, dtype=float)
    if not (np.abs(found) < TOO_LARGE).all():
        raise Unverifiable(
            f"{name} is far too large for somebody", "Look at the definition of the column."
        )
    if ((found != 0) & (np.abs(found) < TOO_SMALL)).any():
        raise too_near_zero(name)
    return found


@dataclass(frozen=True)
class _Number:
    """How many don't have a number's commonest value; its values, where these are two."""

    others: int
    two: tuple[float, float] | None = field(repr=False)


def _numbers(model: Model, people: _People) -> Mapping[str, _Number]:
    found = {}
    for term, values in zip(model.terms, people.terms, strict=True):
        if not term.levels:
            each, counts = np.unique(values, return_counts=True)
            two = (float(each[0]), float(each[1])) if len(each) == 2 else None
            found[term.column] = _Number(len(values) - int(counts.max()), two)
    return found


def _unfitted(tables: tuple[Recomputed, ...]) -> Refit:
    """Where the claimed levels aren't the cohort's there is nothing to compare."""
    return Refit((), (), 0, 0.0, 0.0, 1.0, 0, {}, {}, tables)


def _fitted(
    model: Model,
    people: _People,
    few: int,
    numbers: Mapping[str, _Number],
    tables: tuple[Recomputed, ...],
) -> Refit:
    design = fitting.design(model.family, model.terms, people.terms)
    outcome = fitting.numbers(model.outcome, people.outcome)
    if model.family == "cox" and people.time is not None:
        _few_times(people.time[outcome > 0])
    fitted = fitting.fit(model.family, design, outcome, people.time)
    at = design @ np.array(fitted.estimates)
    pull = leverage.of_each(model.family, design, at, people.time)
    alone = people.alike < few
    return Refit(
        estimates=fitted.estimates,
        errors=fitted.errors,
        patterns=round(float((1 / people.alike).sum())),
        leverage=float(pull.max()),
        of_few=float((pull * people.alike)[alone].max(initial=0.0)),
        unexplained=_unexplained(outcome, at) if model.family == "linear" else 1.0,
        outcomes=min(len(np.unique(outcome)), HANDFUL),
        others={name: one.others for name, one in numbers.items()},
        spans={name: one.two[1] - one.two[0] for name, one in numbers.items() if one.two},
        tables=tables,
    )


def _few_times(times: Array) -> None:
    if len(np.unique(times)) > MOST_TIMES:
        raise Unverifiable(
            f"there are more than {MOST_TIMES:,} different times of events",
            "Give times in whole days.",
        )


def _unexplained(outcome: Array, at: Array) -> float:
    whole = float(((outcome - outcome.mean()) ** 2).sum())
    return float(((outcome - at) ** 2).sum()) / whole if whole else 0.0
