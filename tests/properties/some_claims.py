"""Claims of every kind, drawn: with words, numbers and forms that a claim may have."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from output_checker.claims.model import (
    FIGURES,
    LISTS,
    MISSING,
    NO,
    OPERATORS,
    PER,
    YES,
    AsIs,
    Bands,
    Claim,
    Condition,
    Dimension,
    IsPresent,
    Model,
    Year,
    in_order,
)
from output_checker.claims.outcome import FAMILIES, AsNumber, Coefficient, Variable, rows
from output_checker.claims.parts import PRESENCE

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=9
)
NUMBERS = st.floats(-1e9, 1e9)
SCALARS = st.one_of(WORDS, st.integers(-9, 9), NUMBERS, st.booleans())
COUNTS = st.integers(0, 10**6)
EDGES = (
    st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True).map(sorted).map(tuple)
)


@st.composite
def conditions(draw):
    operator = draw(st.sampled_from(OPERATORS))
    value = None if operator in PRESENCE else draw(SCALARS)
    if operator in LISTS:
        value = tuple(draw(st.lists(SCALARS, max_size=3)))
    return Condition(draw(WORDS), operator, value)


def derivations():
    return st.one_of(
        st.just(AsIs()), st.builds(Bands, EDGES), st.just(Year()), st.just(IsPresent())
    )


def levels_of(derivation):
    """Labels that a derivation may have."""
    match derivation:
        case Bands() as bands:
            return st.just(bands.labels())
        case Year():
            years = st.lists(st.integers(1900, 2100), min_size=2, max_size=3, unique=True)
            return years.map(lambda found: tuple(map(str, found)))
        case IsPresent():
            return st.just((YES, NO))
        case _:
            return st.lists(WORDS, min_size=2, max_size=3, unique=True).map(tuple)


@st.composite
def dimensions(draw, derivation=None):
    derivation = derivation or draw(derivations())
    missing = draw(st.booleans())
    names = set(draw(levels_of(derivation))) | ({MISSING} if missing else set())
    made = Dimension(draw(WORDS), derivation, missing)
    return replace(made, levels=in_order(names, made))


@st.composite
def variables(draw, outcome_of=None):
    if outcome_of in ("logistic", "cox"):
        use = draw(st.sampled_from((AsIs(), IsPresent())))
        return Variable(draw(WORDS), use, (NO, YES))
    use = AsNumber() if outcome_of else draw(st.just(AsNumber()) | derivations())
    if isinstance(use, AsNumber):
        return Variable(draw(WORDS), use)
    first, *others = draw(levels_of(use).flatmap(st.permutations))
    return Variable(draw(WORDS), use, (first, *in_order(others, Dimension("x", use))))


@st.composite
def models(draw):
    family = draw(st.sampled_from(FAMILIES))
    outcome, time = draw(variables(family)), f"{draw(WORDS)} t"
    found = draw(st.lists(variables(), min_size=1, max_size=3))
    terms = tuple({v.name: v for v in found if v.name not in (outcome.name, time)}.values())
    terms = terms or (Variable(f"{outcome.name} x", AsNumber()),)
    timed = family == "cox" or (family == "poisson" and draw(st.booleans()))
    coefficients = tuple(
        Coefficient(*name, draw(NUMBERS), draw(st.floats(0, 1e6)))
        for name in rows(family, terms)
    )
    used = (family, outcome, terms, time if timed else None)
    return Model(*used, draw(COUNTS), coefficients)


@st.composite
def claims(draw, kind):
    """A claim of the kind, its cells filled with any numbers."""
    divided, value, measures, per, model = draw(FORMS[kind])
    names = {d.name: d for d in divided}
    margins = kind == "regression" or draw(st.booleans())
    figure = {"histogram": "histogram", "survival": "survival"}.get(kind, "bar")
    assert figure in FIGURES
    claim = Claim(
        kind=kind,
        title="A table",
        dataset=draw(WORDS),
        dataset_sha256="0" * 64,
        population=tuple(draw(st.lists(conditions(), max_size=2))),
        dimensions=tuple(names.values()),
        margins=margins,
        value=value,
        measures=measures,
        cells={},
        figure=None if kind == "regression" else draw(st.sampled_from((None, figure))),
        per=per,
        model=model,
    )
    cell = st.fixed_dictionaries({m: COUNTS | NUMBERS | st.none() for m in measures})
    return replace(claim, cells={levels: draw(cell) for levels in claim.every()})


def _grouped(last=(), most=2, first=(), least=0):
    """Dimensions with different names, the given ones at their ends."""
    groups = st.lists(dimensions(), min_size=least, max_size=most)
    return st.tuples(st.tuples(*first), groups, st.tuples(*last)).map(
        lambda three: tuple(
            replace(d, column=f"{d.column} {n}")
            for n, d in enumerate((*three[0], *three[1], *three[2]))
        )
    )


YES_NO = st.builds(Dimension, WORDS, st.just(AsIs()), st.just(False), st.just((YES, NO)))
STEPS = dimensions(Bands((30.0, 60.0))).map(
    lambda d: replace(d, missing_is_a_level=False, levels=d.derivation.labels())
)
BANDED = st.builds(Bands, EDGES).flatmap(dimensions)
NONE = st.none()
N = st.just(("n",))
GROUPED = _grouped(least=1)
TIMED = st.sampled_from(((None, ("n",)), ("time", ("n", "time"))))
FORMS = {
    "crosstab": st.tuples(GROUPED, NONE, N, NONE, NONE),
    "summary": st.tuples(GROUPED, WORDS, st.just(("n", "mean", "sd")), NONE, NONE),
    "percentiles": st.tuples(GROUPED, WORDS, st.just(("n", "p2.5", "p50")), NONE, NONE),
    "rates": st.tuples(_grouped((YES_NO,)), TIMED, st.sampled_from(PER)).map(
        lambda three: (three[0], *three[1], three[2], None)
    ),
    "histogram": st.tuples(_grouped(first=(BANDED,)), NONE, N, NONE, NONE),
    "survival": st.tuples(_grouped((STEPS, YES_NO)), NONE, N, NONE, NONE),
    "regression": st.tuples(st.just(()), NONE, N, NONE, models()),
}
