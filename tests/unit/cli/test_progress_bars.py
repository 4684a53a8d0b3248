"""How far an extraction is: bars on a terminal, and nothing anywhere else."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from cli.dummies import DummySource
from cli.progress import Terminal
from cohort_dsl import create_dataset
from cohort_dsl.load import question_of
from cohort_dsl.progress import Progress
from cohort_dsl.tables.contract import lab_results, patients


def a_question():
    dataset = create_dataset()
    dataset.define_population(patients.date_of_birth.is_not_null())
    dataset.labs = lab_results.count_for_patient()
    return question_of(dataset)


def terminal(*, there: bool) -> tuple[Terminal, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, force_terminal=there, width=100)
    return Terminal(console), written


def test_a_terminal_shows_steps_and_rows() -> None:
    shown, written = terminal(there=True)
    with shown.hearing() as heard:
        heard(("asking", 2, 5))
        shown._bars.refresh()
        heard(("writing rows", 100, 400))
        shown._bars.refresh()
    assert "asking" in written.getvalue()
    assert "2/5" in written.getvalue()
    assert "100/400" in written.getvalue()


def test_two_extractions_have_a_bar_each_and_the_last_clears_the_screen() -> None:
    shown, written = terminal(there=True)
    with shown.hearing() as one:
        with shown.hearing() as other:
            one(("asking", 1, 9))
            other(("writing", 50, 100))
            shown._bars.refresh()
        assert shown._bars.live.is_started
    assert not shown._bars.live.is_started
    assert "1/9" in written.getvalue()
    assert "50/100" in written.getvalue()


def test_nothing_is_shown_where_there_is_no_terminal() -> None:
    shown, written = terminal(there=False)
    with shown.hearing() as heard:
        heard(("asking", 1, 2))
        heard(("asking", 1, 2))
    assert written.getvalue() == ""


def test_an_extraction_at_home_tells_its_steps_and_rows(tmp_path: Path) -> None:
    from contextlib import nullcontext

    told: list[tuple[str, int]] = []
    progress = Progress(
        prepared=lambda done, of: told.append(("prepared", of - done)),
        answered=lambda rows: told.append(("answered", rows)),
        written=lambda rows, of: told.append(("written", of - rows)),
    )
    source = DummySource(size=30, shown=lambda: nullcontext(progress))
    source.produce(a_question(), tmp_path / "cohort.parquet")
    words = [word for word, _ in told]
    assert words == sorted(words, key=["prepared", "answered", "written"].index)
    assert ("prepared", 0) in told
    assert ("answered", 30) in told
    assert ("written", 0) in told
