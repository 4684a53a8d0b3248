"""The words of a claim were chosen beside the data, so they could carry some of it out.

Titles, edges of bands and the values of conditions are shown outside. Two people read
them; here is what no honest table needs: many digits, many bands, words that hardly
anybody in the cohort has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from output_checker.checks.subjects import Candidate
from output_checker.claims.model import Bands, Claim, Condition
from output_checker.report import Finding, Verdict

DIGITS = 4
"""Significant digits of an edge or a condition: 0.125, 1990, 12500."""
EDGES = 30
"""Of one dimension's bands."""
TITLE_DIGITS = 8
"""Of a title's own, beyond the claim's names and numbers: two years."""


def check(subject: Candidate) -> Iterator[Finding]:
    """Numbers, bands, titles and words in conditions that could be messages."""
    found, least = subject.found, subject.policy.threshold
    most = max(map(_digits, _numbers(found.claim)), default=0)
    edges = _most_edges(found.claim)
    if most > DIGITS or edges > EDGES:
        yield _doubt(
            "Bands or conditions have more edges or digits than groups need",
            f"{edges} edges, and numbers of up to {most} digits: whoever looked at the data"
            " may have chosen each by what somebody has, and shows it outside"
            f" ({EDGES} edges and {DIGITS} digits allowed)",
        )
    rare = [
        c for c, people in found.rarest.items() if people is not None and people < least
    ]
    if rare:
        yield _doubt(
            f"A condition names words that fewer than {least} patients have",
            f"{least - 1} patients at most have such a word ({least} asked for): whoever"
            " reads the condition learns that somebody has it, or that nobody does",
            sorted({c.column for c in rare}),
        )
    own = len(_own_digits(found.claim))
    if own > TITLE_DIGITS:
        yield _doubt(
            "The title has numbers that aren't the table's own",
            f"{own} digits of the title's own are enough for somebody's number or value,"
            f" which every reader of the title has then ({TITLE_DIGITS} digits allowed)",
        )


def _numbers(claim: Claim) -> Iterator[float]:
    for bands in _bands(claim):
        yield from bands.edges
    for condition in claim.population:
        yield from (v for v in _values(condition) if isinstance(v, int | float))


def _values(condition: Condition) -> tuple[object, ...]:
    return condition.value if isinstance(condition.value, tuple) else (condition.value,)


def _digits(number: float) -> int:
    """Significant digits, as written in full."""
    written = repr(number).lower().partition("e")[0]
    return len(re.sub(r"\D", "", written.removesuffix(".0")).strip("0"))


def _most_edges(claim: Claim) -> int:
    return max((len(bands.edges) for bands in _bands(claim)), default=0)


def _bands(claim: Claim) -> list[Bands]:
    uses = [d.derivation for d in claim.dimensions]
    terms = claim.model.terms if claim.model else ()
    return [use for use in (*uses, *(t.use for t in terms)) if isinstance(use, Bands)]


def _own_digits(claim: Claim) -> str:
    """The digits of a title's numbers that the claim's other parts don't have."""
    parts = [claim.value or "", *map(str, claim.population)]
    for dimension in claim.dimensions:
        parts += [dimension.column, *dimension.levels]
    for variable in (claim.model.outcome, *claim.model.terms) if claim.model else ():
        parts += [variable.column, *variable.levels]
    known = set(re.findall(r"\d+", " ".join(parts)))
    return "".join(n for n in re.findall(r"\d+", claim.title) if n not in known)


def _doubt(reason: str, attack: str, cells: list[str] | None = None) -> Finding:
    return Finding(
        check="words",
        verdict=Verdict.REVIEW,
        reason=f"{reason}. They would be shown outside, and may have been chosen by what"
        " the data say.",
        remedy="Use round numbers, common words and a plain title, or explain these.",
        cells=tuple(cells or ()),
        attack=(attack,),
    )
