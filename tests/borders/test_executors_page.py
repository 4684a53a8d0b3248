"""The page about executors says what each combination keeps to, as the code has it."""

from __future__ import annotations

import re
from pathlib import Path

from cli.commands.platform import engine as commands
from job_runner.executors.guarantees import Guarantee, Machine, held
from job_runner.site.box_policy import ENGINES, LAUNCHERS

PAGE = (Path(__file__).parents[2] / "docs" / "executors.md").read_text(encoding="utf-8")
DOCKER = frozenset(Guarantee) - {Guarantee.OWN_UID}
GROUNDS = {
    "root": Machine(root=True, groups=True, slurm_memory=True, docker=DOCKER),
    "an account": Machine(root=False, groups=False, slurm_memory=True, docker=DOCKER),
}


def rows() -> str:
    lines = ["| engine | launcher | the runner is | lacks |", "| --- | --- | --- | --- |"]
    for engine in ENGINES[1:]:
        for launcher in LAUNCHERS:
            for who, machine in GROUNDS.items():
                kept = held(engine, launcher, machine)
                lacks = ", ".join(f"`{g.value}`" for g in Guarantee if g not in kept)
                lines.append(f"| {engine} | {launcher} | {who} | {lacks or '–'} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_guarantees_is_the_codes() -> None:
    """To print it anew: copy what this expected."""
    found = re.search(r"<!-- guarantees -->\n(.*?)<!-- end -->", PAGE, re.S)
    assert found
    assert found[1] == rows()


def test_every_guarantee_and_command_is_explained() -> None:
    """By the names that a policy and a person would write."""
    for guarantee in Guarantee:
        assert f"| `{guarantee.value}` |" in PAGE
    for name in commands.commands:
        assert f"strongroom engine {name}" in PAGE
