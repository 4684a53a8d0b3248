"""What is about to leave: compared with what left since it was checked, then put down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from output_checker.differencing.audit import audit
from output_checker.differencing.entry import Entry
from output_checker.differencing.memory import Memory, Past
from output_checker.differencing.model import Counted, Damaged, Dominance, TooMany
from output_checker.differencing.noted import Body, noted
from output_checker.errors import NotRemembered, ReportChanged

REMEDY = "Run the action again, so that two people see what its tables tell together."


@dataclass(frozen=True)
class Leaving:
    """What a site does about people who are counted, before a bundle appears.

    ``past``: the releases there are, asked when it is needed.
    """

    memory: Memory
    past: Callable[[], Past]

    def put_down(self, release: str, outputs: Sequence[tuple[str, str]]) -> list[Body]:
        """Who is counted in a request's tables (each a job and a path), from now on.

        What it returns is for the ledger: so it says later whether that is still there.

        ReportChanged if they single out few people together with what the job's check
        didn't know of: other releases since, or other jobs of the request. NotRemembered if
        nobody can say, as what was put down is damaged.
        """
        try:
            checked = {job: self.memory.checked(job) for job, _ in outputs}
            leaving = [_table(checked[job], path) for job, path in outputs]
            beside = self.past().releases(besides=release)
            _compared(outputs, leaving, checked, self.memory.released(beside))
        except Damaged as damaged:
            raise NotRemembered(
                f"who is counted in it, or was before, can't be looked up: {damaged}",
                where=release,
                remedy="Restore the site's folder of counted people, then release again.",
            ) from None
        least = max((entry.least for entry in checked.values()), default=0)
        entry = Entry(tuple(leaving), frozenset(beside), least, _strictest(checked))
        self.memory.put_released(release, entry)
        named = (replace(table, release=release) for table in leaving)
        return [
            body
            for place, table in enumerate(named)
            for body in noted(table, place, self.memory)
        ]


def _compared(
    outputs: Sequence[tuple[str, str]],
    leaving: Sequence[Counted],
    checked: Mapping[str, Entry],
    earlier: Sequence[Counted],
) -> None:
    if not leaving:
        return  # files that count nobody
    jobs = [job for job, _ in outputs] + [""] * len(earlier)
    tables = [*leaving, *earlier]
    unseen = [
        {
            place
            for place, (job, table) in enumerate(zip(jobs, tables, strict=True))
            if job != mine and table.release not in entry.beside
        }
        for mine, entry in checked.items()
    ]
    if all(unseen) and _singled_out(tables, [set(range(len(leaving))), *unseen], checked):
        raise ReportChanged(
            "together with what was released since it was checked, or with another action's"
            " outputs, it tells of few people",
            where="differencing",
            remedy=REMEDY,
        )


def _singled_out(
    tables: Sequence[Counted], needed: Sequence[set[int]], checked: Mapping[str, Entry]
) -> bool:
    try:
        least = max(e.least for e in checked.values())
        found = audit(tables, needed, least, _strictest(checked))
        return bool(found.attacks) or not found.complete
    except TooMany:
        return True


def _strictest(checked: Mapping[str, Entry]) -> Dominance | None:
    """Of the rules that jobs were checked by, each the strictest."""
    rules = [entry.dominance for entry in checked.values() if entry.dominance]
    if not rules:
        return None
    return Dominance(
        max(one.dominance_patients for one in rules),
        min(one.dominance_percent for one in rules),
        max(one.p_percent for one in rules),
        max(one.providers for one in rules),
    )


def _table(entry: Entry, path: str) -> Counted:
    found: Iterable[Counted] = (table for table in entry.tables if table.path == path)
    if (table := next(iter(found), None)) is None:
        raise Damaged("an output wasn't put down")
    return table
