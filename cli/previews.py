"""What the checker would say of an action's outputs, at home, on made-up people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cli.compose.checking import datasets
from job_runner.jobs.job import State
from job_runner.local.home import Ran
from job_runner.project import Level
from job_runner.workspaces.workspace import local_workspace
from output_checker import policy as disclosure
from output_checker import report_text
from output_checker.check import check
from output_checker.claims.previews import NOT_REAL
from output_checker.report import FileReport

POLICY = "default"
SECONDS = 10
"""To look for the cheapest cells to hide: an author waits."""


@dataclass(frozen=True)
class Previewed:
    """The checker's answer for each file that an action would have leave."""

    files: tuple[FileReport, ...] = ()

    def lines(self) -> Iterator[str]:
        for file in self.files:
            yield from (f"  {line}" for line in report_text.brief(file))


def of(study: Path, ran: Ran) -> Previewed:
    """An action's moderately sensitive outputs, checked as a site would."""
    workspace = local_workspace(study)
    made = workspace.manifest(ran.action) if ran.state is State.SUCCEEDED else None
    if made is None:
        return Previewed()
    files = [f.path for f in made.files if f.level is Level.MODERATELY_SENSITIVE]
    policy = replace(disclosure.ready_made(POLICY), solver_seconds=SECONDS)
    where = workspace.folder(Level.MODERATELY_SENSITIVE)
    return Previewed(
        check(where, files, datasets(made, workspace), policy, made.job_id).files
    )


def told(found: Previewed) -> list[dict[str, object]]:
    """The same as JSON."""
    return [
        {
            "path": file.path,
            "verdict": report_text.WORDS[file.verdict],
            "verification": file.verification.value,
            "hidden": [
                {"levels": cell.levels, "why": cell.hidden.value}
                for cell in (file.table.cells if file.table else ())
                if cell.hidden
            ],
            "findings": [
                {
                    "check": finding.check,
                    "verdict": report_text.WORDS[finding.verdict],
                    "reason": finding.reason,
                    "remedy": finding.remedy,
                }
                for finding in file.findings
            ],
        }
        for file in found.files
    ]


def note(all_: Iterable[Previewed]) -> list[str]:
    """That none of this is real, if anything was checked."""
    return [NOT_REAL.format(POLICY)] if any(found.files for found in all_) else []
