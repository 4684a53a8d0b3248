"""The rows of the benchmark's table: what is done, what is required, what is found."""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.bench import monthly, on_postgresql, studies
from tests.bench.measure import COMPARED, Bench, Ran, Records


@dataclass(frozen=True)
class Found:
    """A number, in words with {} for it, and the bound that it has to keep, if any.

    ``more_is_better``: the bound is the least that is required, else the most.
    """

    words: str
    number: float
    bound: float | None = None
    more_is_better: bool = False

    @property
    def reached(self) -> bool:
        beyond = 0.0 if self.bound is None else self.number - self.bound
        return beyond >= 0 if self.more_is_better else beyond <= 0

    def told(self) -> str:
        return self.words.format(f"{self.number:.3g}")

    def required(self) -> str:
        """Nothing where there is no bound."""
        if self.bound is None:
            return ""
        word = "at least" if self.more_is_better else "at most"
        return self.words.format(f"{word} {self.bound:g}")


@dataclass(frozen=True)
class Row:
    """A line of the table. ``times``: what was measured, in words."""

    work: str
    found: Sequence[Found]
    times: str


Measuring = Callable[[Bench], Row]


def forty(bench: Bench) -> Row:
    return _many(bench, 20, faster=4, floors=8)


def forty_long(bench: Bench) -> Row:
    return _many(bench, 100, faster=6)


def _many(bench: Bench, codes: int, faster: float, floors: float | None = None) -> Row:
    sides = COMPARED if floors is None else (*COMPARED, "floor")
    ran = bench.timed(f"forty-{codes}", studies.many(40, codes), bench.parquet(), sides)
    found = [_faster(ran, faster)]
    if floors is not None:
        times = ran["ours"].seconds / ran["floor"].seconds
        found.append(Found("{} times the floor", times, floors))
    work = (
        f"40 variables of {codes} codes, {_events(bench)}, Parquet to Parquet on DuckDB "
        "with two threads"
    )
    return Row(work, found, _times(ran))


def real(bench: Bench) -> Row:
    study = studies.real()
    ran = bench.timed("real", study, bench.parquet(), COMPARED)
    scans = Found("scans of the events: {}", ran["ours"].scans["events"], 3)
    work = (
        f"{len(study.variables)} variables in the shape of a real study, {_events(bench)}"
    )
    return Row(work, [scans, _faster(ran, 5)], _times(ran))


def measures(bench: Bench) -> Row:
    """Once only, whatever the rounds: it takes minutes to ask for each month by itself."""
    sides = (*COMPARED, "each_interval")
    study, records = monthly.Monthly(bench.months), bench.parquet()
    ran = replace(bench, rounds=1).timed("monthly", study, records, sides)
    ours, each = ran["ours"], ran["each_interval"]
    read = max(ours.scans[table] for table in ("events", "medications"))
    ratio = each.seconds / ours.seconds
    words = "{} times faster than asked once per interval"
    found = [
        Found("scans of an event table: {}", read, 2),
        Found(words, ratio, 20, more_is_better=True),
    ]
    work = f"5 numerators, {bench.months} monthly intervals, 2 groupings, {_events(bench)}"
    return Row(work, found, f"{_times(ran)}; one run of each")


def postgresql(bench: Bench) -> Row:
    """A sixth of the records: 5 million events of 166,667 patients at full size."""
    share = 1 / 6
    with on_postgresql.loaded(bench.files(share), bench.folder) as where:
        records = Records("postgresql", where)
        sides = (*COMPARED, "one_statement")
        ran = bench.timed("postgresql", studies.many(40, 20), records, sides)
    alone = ran["one_statement"].seconds / ran["ours"].seconds
    words = "{} times as long in one statement, for whom no table may be made"
    found = [_faster(ran, 4), Found(words, alone)]
    work = f"the same 40 variables on PostgreSQL, {_events(bench, share)}"
    return Row(work, found, _times(ran))


def spark(bench: Bench) -> Row:
    """By hand it is done on DuckDB: Spark takes minutes for a scan each."""
    files = bench.parquet()
    there, study = Records("spark", files.where), studies.many(40, 20)
    ran = bench.timed("spark", study, there, ("ours", "planned"), by_hand=files)
    scans = max(ran["planned"].scans.values())
    found = [Found("scans of an event table, by Spark's own plans: {}", scans, 2)]
    work = f"the same 40 variables on Spark with two threads and 4 GB, {_events(bench)}"
    return Row(work, found, f"{ran['ours'].seconds:.1f} s, Spark's start and all")


def growth(bench: Bench) -> Row:
    """Ten times the events, and ten times the patients."""
    study = studies.many(40, 20)
    few = bench.timed("few", study, bench.parquet(0.1), ["ours"])["ours"]
    many = bench.timed("ten-times", study, bench.parquet(), ["ours"])["ours"]
    found = [
        Found("{} times as long", many.seconds / few.seconds, 11),
        Found("{} GB of memory", many.memory / 1e9, 4),
    ]
    work = f"growth: the same 40 variables, {_events(bench, 0.1)} and {_events(bench)}"
    return Row(work, found, f"{few.seconds:.2f} s and {many.seconds:.2f} s")


def compiling(bench: Bench) -> Row:
    """The whole process's CPU time, imports and all; its answer is compared first."""
    study = studies.many(500, 20)
    small = min(1.0, 2_000 / bench.events())
    bench.timed("five-hundred", study, bench.parquet(small), [])
    folder = study.written(bench.folder / "compiled")
    whole = cpu(bench, "-m", "tests.bench.compiling", str(folder))
    start = cpu(bench, "-c", "pass")
    found = [
        Found("{} s of CPU", whole, 2),
        Found("{} times Python's own start", whole / start, 10),
    ]
    times = f"{whole * 1000:.0f} ms, Python's start {start * 1000:.0f} ms"
    return Row("500 variables from definition file to SQL, a whole process", found, times)


def cpu(bench: Bench, *arguments: str) -> float:
    """Seconds of CPU in all threads of a process; the least of several."""
    bench.process(*arguments)  # compiles the modules
    seconds = []
    for _ in range(bench.rounds):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        bench.process(*arguments)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
        seconds.append(user + system)
    return min(seconds)


ROWS: Mapping[str, Measuring] = {
    "forty": forty,
    "forty-long": forty_long,
    "real": real,
    "measures": measures,
    "postgresql": postgresql,
    "spark": spark,
    "growth": growth,
    "compile": compiling,
}


def _faster(ran: Mapping[str, Ran], least: float) -> Found:
    ratio = ran["by_hand"].seconds / ran["ours"].seconds
    return Found("{} times faster than a scan each", ratio, least, more_is_better=True)


def _events(bench: Bench, share: float = 1.0) -> str:
    return f"{bench.events(share):,} events"


def _times(ran: Mapping[str, Ran]) -> str:
    words = {
        "ours": "ours",
        "by_hand": "by hand",
        "each_interval": "once per interval",
        "floor": "floor",
        "one_statement": "in one statement",
    }
    return ", ".join(f"{words[side]} {one.seconds:.2f} s" for side, one in ran.items())
