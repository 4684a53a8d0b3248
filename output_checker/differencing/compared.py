"""A job's tables, compared with each other and with all that ever left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from output_checker.differencing.attacks import Attack, Audit
from output_checker.differencing.audit import audit
from output_checker.differencing.entry import Entry
from output_checker.differencing.memory import Past
from output_checker.differencing.model import Counted, Damaged, Dominance, TooMany
from output_checker.policy import Policy


@dataclass(frozen=True)
class Compared:
    """What a table tells with others about few people; or ``unknown``, why nobody can say.

    ``complete``: there are no other attacks.
    """

    attacks: tuple[Attack, ...] = ()
    complete: bool = True
    unknown: str = ""


def compared(
    tables: Sequence[Counted], past: Past | None, policy: Policy, job: str
) -> Mapping[str, Compared]:
    """By the tables' paths. They are put down, as they may be released later.

    ``past``: what a site remembers; None where nothing ever left and nothing will.
    """
    least, rules = policy.threshold, _rules(policy)
    try:
        beside = past.releases() if past and tables else ()
        earlier = past.memory.released(beside) if past else ()
        places = set(range(len(tables)))
        every = [*tables, *earlier]
        found = audit(every, [places], least, rules) if tables else Audit()
    except TooMany as error:
        return dict.fromkeys((t.path for t in tables), Compared(unknown=error.reason))
    except Damaged:
        unknown = "what is remembered of an earlier release is gone or damaged"
        return dict.fromkeys((t.path for t in tables), Compared(unknown=unknown))
    if past and tables:
        past.memory.put_checked(job, Entry(tuple(tables), frozenset(beside), least, rules))
    return {
        table.path: Compared(
            tuple(a for a in found.attacks if place in a.tables), found.complete
        )
        for place, table in enumerate(tables)
    }


def _rules(policy: Policy) -> Dominance:
    return Dominance(
        policy.dominance_patients,
        policy.dominance_percent,
        policy.p_percent,
        policy.provider_threshold,
    )
