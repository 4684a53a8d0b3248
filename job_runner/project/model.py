"""What a project file says, once it has been read: frozen, and free of YAML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from job_runner.jobs.job import Kind
from job_runner.project.command_line import Words, words

PROJECT_FILE = "project.yaml"
"""Its name, at the top of every study."""

EXTRACTION_IMAGES = frozenset({"cohort", "ehrql"})
"""Image names that stand for our own extraction, not for a container of the study's."""

EXTRACTION_COMMANDS = frozenset({"generate-dataset", "generate-measures"})


class Level(Enum):
    """How private an output is. The value is the word in the project file."""

    HIGHLY_SENSITIVE = "highly_sensitive"
    MODERATELY_SENSITIVE = "moderately_sensitive"


@dataclass(frozen=True)
class OutputPattern:
    """Files an action promises: a relative path whose ``*`` stays within one folder."""

    level: Level
    label: str
    pattern: str


@dataclass(frozen=True)
class Run:
    """What to run: ``image:tag`` and the words after it. ``latest`` was read as ``v1``."""

    image: str
    tag: str
    arguments: tuple[str, ...]

    @property
    def reference(self) -> str:
        return f"{self.image}:{self.tag}"


@dataclass(frozen=True)
class Extraction:
    """What our own extraction is asked for.

    ``definition`` is None where the command names none, which the grammar allows and no
    runner can run. ``output`` is as written: a file, or ``folder:format``. ``arguments``
    are the words after ``--``, for the definition itself; ``not_understood`` the words
    that mean nothing here, so that a runner refuses rather than ignores them.
    """

    command: str
    definition: str | None
    output: str
    arguments: tuple[str, ...]
    not_understood: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """One step of a study. ``line`` is where its name stands in the file, from 1."""

    name: str
    run: Run
    needs: tuple[str, ...]
    outputs: tuple[OutputPattern, ...]
    config: Mapping[str, object] | None
    dummy_data_file: str | None
    line: int

    @property
    def kind(self) -> Kind:
        return Kind.ANALYSIS if self.extraction is None else Kind.EXTRACTION

    @property
    def extraction(self) -> Extraction | None:
        """What to extract, where that is this action's work."""
        if self.run.image not in EXTRACTION_IMAGES:
            return None
        said = words(self.run.arguments)
        if said.command not in EXTRACTION_COMMANDS or len(said.outputs) != 1:
            return None
        return _extraction(said)

    @property
    def command(self) -> tuple[str, ...]:
        """The words for the container: the arguments, and ``--config`` where given."""
        if self.config is None:
            return self.run.arguments
        return (*self.run.arguments, "--config", json.dumps(dict(self.config)))


def _extraction(said: Words) -> Extraction:
    return Extraction(
        command=said.command,
        definition=said.positional[0] if said.positional else None,
        output=said.outputs[0],
        arguments=said.after_dashes,
        not_understood=(*said.positional[1:], *said.unknown),
    )


@dataclass(frozen=True)
class Project:
    """A project file that holds. ``warnings`` are remarks, each a sentence."""

    version: int
    actions: Mapping[str, Action]
    warnings: tuple[str, ...] = ()
