"""What a site's policy says of its boxes: by which engine, where, and what they must keep.

Optional: without it the engine is whichever this machine has, and nothing more is asked of
it than what the selftest proves.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from job_runner.executors.guarantees import Guarantee
from job_runner.site.settings_yaml import Section

ENGINES = ("auto", "docker", "podman", "bubblewrap")
LAUNCHERS = ("local", "slurm")


@dataclass(frozen=True)
class BoxPolicy:
    """``folder``: where Slurm's nodes and the runner both see the runs. ``completions``:
    the file of Slurm's jobcomp/filetxt."""

    engine: str = "auto"
    launcher: str = "local"
    guarantees: tuple[Guarantee, ...] = ()
    folder: Path | None = None
    partition: str | None = None
    completions: Path | None = None


def box_policy(section: Section | None, folder: Path) -> BoxPolicy:
    """What the section says; mistakes are its own to tell. Paths are below ``folder``."""
    if section is None:
        return BoxPolicy()
    launcher = _one_of(section, "launcher", LAUNCHERS)
    shared = section.text("folder", required=False)
    completions = section.text("completions", required=False)
    policy = BoxPolicy(
        engine=_one_of(section, "engine", ENGINES),
        launcher=launcher,
        guarantees=_guarantees(section),
        folder=folder / shared if shared else None,
        partition=section.text("partition", required=False) or None,
        completions=folder / completions if completions else None,
    )
    if launcher == "slurm" and not shared:
        section.complain(
            section.line_of("launcher"),
            "'launcher: slurm' needs a 'folder' that its nodes see",
            "write the path of a folder on a shared disk, such as 'folder: /shared/boxes'",
        )
    section.close()
    return policy


def _one_of(section: Section, key: str, offered: tuple[str, ...]) -> str:
    said = section.text(key, required=False) or offered[0]
    if said not in offered:
        section.complain(
            section.line_of(key), f"'{said}' is no {key}", f"write {', '.join(offered)}"
        )
    return said


def _guarantees(section: Section) -> tuple[Guarantee, ...]:
    known = {guarantee.value: guarantee for guarantee in Guarantee}
    said = section.texts("guarantees", required=False)
    for name in said:
        if name not in known:
            section.complain(
                section.line_of("guarantees"),
                f"'{name}' is no guarantee of a box",
                f"write some of {', '.join(known)}",
            )
    return tuple(known[name] for name in said if name in known)
