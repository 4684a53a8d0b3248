"""What may leave of a protected table: lines computed from the cells that are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from output_checker.claims import computed
from output_checker.claims.computed import Line
from output_checker.claims.model import NO, UNIT, YES, Claim, Levels, Value, percent_of
from output_checker.policy import Policy
from output_checker.report import Cell, Hidden, Table
from output_checker.suppress import coefficients
from output_checker.suppress.percentile import as_shown
from output_checker.suppress.protect import Protected
from output_checker.suppress.rounding import rounded, significant
from output_checker.verify.compare import measure
from output_checker.verify.numbers import NOBODY, Recomputed

FRACTIONS = {
    "summary": "means and deviations are shown to {digits} significant digits",
    "rates": "rates are computed from the numbers as shown, to {digits} significant digits",
    "percentiles": "percentiles have at least {least} patients below and above, and are"
    " rounded until as many share the number, to {digits} significant digits at most",
    "survival": "those at risk and survival are computed from the counts as shown, survival"
    " to {digits} significant digits",
}
"""By kind: how its numbers that aren't counts came about."""


def table(found: Recomputed, protected: Protected, policy: Policy) -> Table:
    """All that may leave of a table: hidden cells without numbers, others as shown."""
    model = coefficients.as_shown(found, policy)
    claim = replace(found.claim, model=model)

    def shown(levels: Levels) -> Mapping[str, Value] | None:
        return _shown(found, levels, protected, policy)

    made = computed.lines(claim, shown)
    cells = [_cell(found, line, protected, policy) for line in made.lines]
    return Table(
        title=claim.title,
        kind=claim.kind,
        unit=UNIT,
        dimensions=made.dimensions,
        measures=made.measures,
        cells=tuple(coefficients.with_references(model, cells) if model else cells),
        protection=_protection(found, policy),
        figure=claim.figure,
        population=_population(claim),
        variable=f"{model.outcome.name}, {model.family} model" if model else claim.value,
    )


def _population(claim: Claim) -> str:
    words = ", ".join(map(str, claim.population)) or "everyone in the cohort"
    return f"{words}; with a value of each column of the model" if claim.model else words


def _shown(
    found: Recomputed, levels: Levels, protected: Protected, policy: Policy
) -> Mapping[str, Value] | None:
    """A claimed cell as it may leave, or None."""
    if found.key(levels) in protected.hidden:
        return None
    numbers = found.cells.get(levels, NOBODY)
    return {
        name: rounded(found.count(levels), policy)
        if name == "n"
        else significant(measure(found, levels, name), policy)
        if percent_of(name) is None
        else as_shown(numbers, name, policy)
        for name in found.claim.measures
    }


def _cell(found: Recomputed, line: Line, protected: Protected, policy: Policy) -> Cell:
    """A line as a cell of the released table."""
    gone = line.hidden | _withheld(found, line)
    if not gone:
        values = {name: _fraction(v, policy) for name, v in line.values.items()}
        return Cell(line.levels, values)
    behind = [found.key(levels) for levels in _behind(found, line)]
    reasons = {protected.hidden[key] for key in behind if key in protected.hidden}
    why = Hidden.COMPLEMENTARY if reasons == {Hidden.COMPLEMENTARY} else Hidden.PRIMARY
    some = {
        name: None if name in gone else _fraction(value, policy)
        for name, value in line.values.items()
    }
    if gone != set(line.values):
        return Cell(line.levels, some, why, without=tuple(n for n in some if n in gone))
    first = None if found.claim.kind == "survival" else protected.intervals.get(behind[0])
    return Cell(line.levels, some, why, first)


def _fraction(value: Value, policy: Policy) -> Value:
    return significant(value, policy) if isinstance(value, float) else value


def _withheld(found: Recomputed, line: Line) -> frozenset[str]:
    """Percentiles of somebody that nevertheless have no number."""
    if found.claim.kind != "percentiles" or not found.count(line.levels):
        return frozenset()
    return frozenset(name for name, value in line.values.items() if value is None)


def _behind(found: Recomputed, line: Line) -> Iterator[Levels]:
    """The claimed cells that a line is computed from; first that of its first measure."""
    match found.claim.kind:
        case "rates":
            yield (*line.levels, YES)
            yield (*line.levels, None)
        case "survival":
            *group, last = line.levels
            yield (*group, None, None)
            for step in found.claim.dimensions[-2].levels:
                yield from ((*group, step, happened) for happened in (YES, NO))
                if step == last:
                    return
        case "regression":
            yield ()
        case _:
            yield line.levels


def _protection(found: Recomputed, policy: Policy) -> str:
    if found.claim.kind == "regression":
        return _of_model(policy)
    parts = [
        f"Counts from 1 to {policy.threshold - 1} are hidden, and further cells"
        " so that they can't be worked out"
    ]
    if policy.round_to > 1:
        to = "a midpoint of" if policy.rounding == "midpoint" else "the nearest"
        parts.append(f"other counts are each rounded to {to} {policy.round_to}")
    if found.claim.kind in FRACTIONS and (
        len(found.claim.measures) > 1 or found.claim.kind != "summary"
    ):
        told = FRACTIONS[found.claim.kind]
        parts.append(told.format(digits=policy.significant_digits, least=policy.threshold))
    return "; ".join(parts) + "."


def _of_model(policy: Policy) -> str:
    return (
        f"Each group of the model, and those in it with and without the outcome, are"
        f" {policy.threshold} patients or more; n is rounded as counts are; estimates and"
        f" errors have {policy.significant_digits} significant digits, and fewer where"
        " these would tell the counts behind them."
    )
