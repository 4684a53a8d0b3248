"""A site's review, all real but the clock, and requests that walked real steps."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from output_checker import report_json
from output_checker.release import Disk, Outbox, PutDown
from output_checker.report import (
    Cell,
    FileReport,
    Finding,
    Form,
    Hidden,
    Report,
    Rewritten,
    Table,
    Verdict,
    Verification,
)
from output_checker.review.request import (
    Because,
    Context,
    Decision,
    Person,
    ReleaseRequest,
    Role,
    Run,
)
from output_checker.review.service import Service
from output_checker.review.store import Store, open_store
from tests.opaque_files import a_picture

ANA = Person("ana", frozenset({Role.RESEARCHER}))
BEN = Person("ben", frozenset({Role.RESEARCHER}))
RAO = Person("rao", frozenset({Role.REVIEWER}))
SUE = Person("sue", frozenset({Role.REVIEWER}))
TOM = Person("tom", frozenset({Role.REVIEWER}))
OLE = Person("ole", frozenset({Role.OPERATOR}))

AGES = ("0-17", "18-64", "65+")


def a_table(
    shown: Sequence[int] = (120, 340),
    *,
    title: str = "Asthma by age",
    figure: str | None = None,
) -> Table:
    """Two shown cells, one hidden for itself, and a total hidden for its sake."""
    cells = [Cell((a,), {"patients": n}) for a, n in zip(AGES[:2], shown, strict=True)]
    small = Cell(("65+",), {"patients": None}, Hidden.PRIMARY, (1.0, 9.0))
    total = Cell((None,), {"patients": None}, Hidden.COMPLEMENTARY, (461.0, 469.0))
    return Table(
        title=title,
        kind="crosstab",
        unit="patients",
        dimensions=("age",),
        measures=("patients",),
        cells=(*cells, small, total),
        protection="counts below 10 are hidden",
        figure=figure,
    )


def a_file(
    path: str = "output/by_age.csv",
    *,
    table: Table | None = None,
    verification: Verification = Verification.VERIFIED,
    findings: tuple[Finding, ...] = (),
) -> FileReport:
    """A verified table, unless told otherwise."""
    if table is None and verification is Verification.VERIFIED:
        table = a_table()
    return FileReport(path, "a" * 64, "b" * 64, verification, findings, table)


def a_finding(verdict: Verdict, check: str = "dominance") -> Finding:
    return Finding(check, verdict, "one person makes up most of it", "group it", ("65+",))


ROWS = a_file(
    "output/rows.csv",
    verification=Verification.OPAQUE,
    findings=(a_finding(Verdict.FAIL, "opaque"),),
)
DOUBTFUL = a_file("output/costs.csv", findings=(a_finding(Verdict.REVIEW),))


def unclaimed(path: str, form: Form, data: bytes) -> FileReport:
    """A file without a claim, as it would leave."""
    judge = a_finding(Verdict.REVIEW, "opaque")
    anew = Rewritten.of(form, data)
    return FileReport(path, "a" * 64, None, Verification.OPAQUE, (judge,), None, anew)


TABLE = unclaimed("output/other.csv", Form.TABLE, b"sex,n\nfemale,120\n")
TEXT = unclaimed("output/fit.log", Form.TEXT, b"R squared: 0.52 <mark>\n")
PICTURE = unclaimed("output/plot.jpg", Form.PICTURE, a_picture())


class FullDisk(Disk):
    """A disk with no room."""

    def make(self, folder: Path) -> None:
        raise OSError(28, "No space left on device")


@dataclass
class House:
    """One site: its service, what its ledger was told, and the hands to work it."""

    folder: Path
    store: Store
    disk: Disk = field(default_factory=Disk)
    put_down: PutDown = lambda release, outputs: ()
    told: list[tuple[str, Mapping[str, object], str]] = field(default_factory=list)
    minutes: Iterator[int] = field(default_factory=itertools.count)
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def service(self) -> Service:
        return Service(
            store=self.store,
            find_run=self.runs.get,
            record=self.record,
            publish=self.outbox.publish,
            clock=lambda: (
                datetime(2026, 3, 1, 9, tzinfo=UTC) + timedelta(minutes=next(self.minutes))
            ),
            new_id=lambda: f"r{next(self.ids)}",
        )

    def record(self, kind: str, body: Mapping[str, object], who: str) -> None:
        self.told.append((kind, body, who))

    @property
    def outbox(self) -> Outbox:
        folder = self.folder / "outbox"
        folder.mkdir(exist_ok=True)
        return Outbox(folder, b"the site's key", self.put_down, self.record, self.disk)

    def report(self, *files: FileReport, job: str = "j1") -> Path:
        path = self.folder / f"{job}.json"
        path.write_bytes(report_json.dumps(Report(job, "c" * 64, files)))
        return path

    def run(
        self,
        *files: FileReport,
        author: Person = ANA,
        run_id: str = "run1",
        patterns: tuple[str, ...] | None = None,
    ) -> Run:
        """``patterns``: the project file's, or just the files' names."""
        files = files or (a_file(),)
        self.runs[run_id] = Run(
            id=run_id,
            project="asthma",
            author=author.name,
            repository="https://git.example/asthma",
            commit="d" * 40,
            queries=(("make_cohort", "e" * 64),),
            reports=(self.report(*files),),
            patterns=tuple(f.path for f in files) if patterns is None else patterns,
        )
        return self.runs[run_id]

    def submitted(
        self, *files: FileReport, author: Person = ANA, title: str = "Asthma"
    ) -> ReleaseRequest:
        run = self.run(*files, author=author)
        return self.service.submit(
            run.id, None, Context(title, "For a paper."), author
        ).request

    def approve(self, request: ReleaseRequest, *people: Person) -> ReleaseRequest:
        for person in people or (RAO, SUE):
            request = self.service.vote(
                request.id, Decision.APPROVE, person, reason="it is safe"
            )
        return request

    def send_back(self, request: ReleaseRequest, person: Person) -> ReleaseRequest:
        return self.service.vote(
            request.id,
            Decision.RETURN,
            person,
            reason="the margins give it away",
            because=Because.DISCLOSIVE,
        )

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.told]


@contextmanager
def a_house(folder: Path, disk: Disk | None = None) -> Iterator[House]:
    store = open_store(f"sqlite:///{folder / 'site.sqlite'}")
    try:
        yield House(folder, store, disk or Disk())
    finally:
        store.close()
