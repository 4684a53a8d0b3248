"""The same question about nearly the same people: the difference is about the few others.

By the people in the cells, not by how these are described: sums and differences over all
tables of the request, and over those of every earlier release that counts some of the same
people, directly or by way of others. So are totals of a measured column, where a cell is
hidden as few people or few providers make up most of its total; and totals that few make
up, though no table has them: what is left of several, exactly or nearly. So are people of
few providers, by whom two cells differ, one within the other. See
``output_checker.differencing``.
"""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Verified
from output_checker.differencing.attacks import Attack, Term
from output_checker.report import Finding, Verdict
from output_checker.suppress.rounding import rounded
from output_checker.verify.numbers import name_of

ATTACKS, TERMS = 3, 6
"""As many as are told in full."""
ROUND = "Round the new counts,"
REUSE = "Count the same people in the same groups as the tables before,"


def check(subject: Verified) -> Iterator[Finding]:
    """Groups of few people that numbers show together, here and in earlier releases."""
    found = subject.compared
    if found.unknown:
        yield Finding(
            check="differencing",
            verdict=Verdict.FAIL,
            reason="Who is counted here and in other tables or earlier releases can't be"
            f" compared: {found.unknown}. Subtracting may show few people.",
            remedy="Use the same people and the same groups as the tables before, or ask"
            " for fewer tables at once, of fewer and larger groups; where something is"
            " damaged, the site's operator must restore it.",
            attack=(
                f"{rounded(subject.found.in_all, subject.policy)} here, less those"
                " of a table before: how many are left, and whether it is one, nobody can"
                " say",
            ),
        )
    if found.attacks or not found.complete:
        yield _known(subject)


def _known(subject: Verified) -> Finding:
    attacks, path = subject.compared.attacks, subject.found.path
    more = len(attacks) - ATTACKS
    many = f" {more} further sums single out others." if more > 0 else ""
    if not subject.compared.complete:
        many += " There are more sums than could be tried, as tables differ by many people."
    cells = {
        name_of(term.cell.levels): None
        for attack in attacks
        for term in attack.terms
        if not term.release and term.path == path
    }
    first = (
        REUSE
        if all(a.total or a.of_few or _rounded(a) for a in attacks)
        else f"{ROUND} or count the same people,"
    )
    return Finding(
        check="differencing",
        verdict=Verdict.REVIEW,
        reason=f"Together with other tables this one tells {_what(subject)}.{many}",
        remedy=f"{first} or leave out what isn't needed; or two reviewers let it pass, with"
        " their reasons.",
        cells=tuple(cells),
        attack=tuple(_told(attack, path) for attack in attacks[:ATTACKS]),
    )


def _what(subject: Verified) -> str:
    attacks = subject.compared.attacks
    few = f"of fewer than {subject.policy.threshold} patients"
    told = {
        few: not attacks or any(not (a.total or a.of_few or a.providers) for a in attacks),
        "a total that was hidden, as few make up most of it": any(a.total for a in attacks),
        "a total that few make up": any(a.of_few for a in attacks),
        f"of fewer than {subject.policy.provider_threshold} providers": any(
            a.providers for a in attacks
        ),
    }
    return ", and ".join(words for words, is_told in told.items() if is_told)


def _rounded(attack: Attack) -> bool:
    return any(term.cell.low != term.cell.high for term in attack.terms)


def _told(attack: Attack, path: str) -> str:
    """An attack in numbers: the cells to add and to take away, and whom that leaves."""
    terms = [_term(term, path) for term in attack.terms[:TERMS]] or ["a sum of cells"]
    more = len(attack.terms) - TERMS
    sums = "; ".join([*terms, f"and {more} more"] if more > 0 else terms)
    if attack.total:
        column, cell = attack.total.cell.total_of, _place(attack.total, path)
        return f"{sums}: n times mean leaves the total of {column} of {cell}."
    if few := attack.of_few:
        rest = ", and of others who have none" if few.others else ", most of which few have"
        whose = f"{few.column} of {_patients(attack)}{rest}"
        return f"{sums}: n times mean leaves a total of {whose}."
    whose = f", all of few providers ({attack.providers})" if attack.providers else ""
    return f"{sums}: leaves {_patients(attack)}{whose}."


def _patients(attack: Attack) -> str:
    many = (
        f"{attack.low}" if attack.low == attack.high else f"{attack.low} to {attack.high}"
    )
    return f"{many} {'patient' if many == '1' else 'patients'}"


def _term(term: Term, path: str) -> str:
    sign = "plus" if term.weight > 0 else "less"
    size = abs(term.weight)
    times = "" if size == 1 else f"{size:g} times "
    return f"{sign} {times}{_place(term, path)} ({_number(term)})"


def _place(term: Term, path: str) -> str:
    cell = f"{name_of(term.cell.levels)!r}"
    if term.release:
        return f"{cell} {term.path} of release {term.release}"
    return f"{cell} here" if term.path == path else f"{cell} {term.path}"


def _number(term: Term) -> str:
    low, high = term.cell.low, term.cell.high
    if term.cell.hidden:
        return "hidden"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
