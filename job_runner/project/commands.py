"""What an action runs: the image, its tag, and what extractions must say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from cohort_dsl.endings import ending
from job_runner.project.command_line import Words, words
from job_runner.project.mistakes import Mistakes, Place, listed, shown
from job_runner.project.model import EXTRACTION_COMMANDS, Level, Run
from job_runner.project.patterns import extension, path_mistakes
from job_runner.project.shape import Draft, DraftOutput, Said

IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
TAG = re.compile(r"v[0-9]+(\.[0-9]+)*(-pre)?|dev|latest")
LATEST_MEANS = "v1"
NO_LATEST_FROM = 5

DATASET_IMAGES = frozenset({"cohort", "ehrql", "databuilder"})
"""Those whose extraction names its ``--output``; databuilder is ehrQL's earlier name."""

COHORT_IMAGE = "cohortextractor"
"""The extraction before ehrQL, which only versions with ``expectations`` know."""

MEASURES_COMMAND = "generate-measures"
"""Its numbers are hidden and rounded by us, so its output may be moderately sensitive."""

COHORT_COMMAND = "generate-cohort"
NO_COHORT_IMAGE_FROM = 4


def run_of(said: Said, version: int | None, mistakes: Mistakes) -> Run | None:
    """The command in parts, or None after saying what is wrong with it."""
    try:
        parts = shlex.split(said.text)
    except ValueError:
        mistakes.add(said.place, "a quotation mark isn't closed", "Close it.")
        return None
    image, _, tag = (parts or [""])[0].partition(":")
    if not IMAGE.fullmatch(image):
        problem = (
            f"{shown(image)} isn't an image's name" if image else "`run` names no image"
        )
        mistakes.add(said.place, problem, "Write `run: image:v1 command`.")
        return None
    return _tagged(image, tag, tuple(parts[1:]), said.place, version, mistakes)


def _tagged(
    image: str,
    tag: str,
    arguments: tuple[str, ...],
    place: Place,
    version: int | None,
    mistakes: Mistakes,
) -> Run | None:
    if not TAG.fullmatch(tag):
        problem = f"{shown(tag)} isn't a tag" if tag else f"{shown(image)} has no tag"
        mistakes.add(place, problem, f"Write `{image}:v1`, or another version's number.")
        return None
    if tag == "latest":
        if (version or 0) >= NO_LATEST_FROM:
            problem = f"version {version} has no tag `latest`"
            mistakes.add(
                place, problem, f"Write `{image}:v1`, or another version's number."
            )
        tag = LATEST_MEANS
    return Run(image, tag, arguments)


def check_extraction(
    action: Draft, run: Run, version: int | None, mistakes: Mistakes
) -> None:
    """What only an extraction must keep to; nothing where the action isn't one."""
    said = words(run.arguments)
    if run.image in DATASET_IMAGES and said.command in EXTRACTION_COMMANDS:
        if said.command != MEASURES_COMMAND:
            _check_levels(action, mistakes)
        _check_output(action, said, mistakes)
        if said.positional:
            _check_definition(action, said.positional[0], mistakes)
    if run.image == COHORT_IMAGE and said.command == COHORT_COMMAND:
        _check_cohort_image(action, run, version, mistakes)


def _check_levels(action: Draft, mistakes: Mistakes) -> None:
    for draft in action.outputs:
        if draft.output.level is not Level.HIGHLY_SENSITIVE:
            mistakes.add(
                draft.place,
                "an extraction writes rows of people, which are highly_sensitive",
                "Move it under `highly_sensitive`.",
            )


def _check_definition(action: Draft, definition: str, mistakes: Mistakes) -> None:
    for problem, remedy in path_mistakes(definition):
        mistakes.add(_run_place(action), f"the path {shown(definition)} {problem}", remedy)


def _check_output(action: Draft, said: Words, mistakes: Mistakes) -> None:
    place = _run_place(action)
    if len(said.outputs) != 1:
        many = "more than one" if said.outputs else "no"
        remedy = "Add one, for example `--output output/dataset.parquet`."
        mistakes.add(place, f"the extraction has {many} `--output`", remedy)
        return
    for draft in action.outputs:
        if not _is_written(draft.output.pattern, said.outputs[0]):
            mistakes.add(
                draft.place,
                f"{shown(draft.output.pattern)} isn't what `--output` writes, "
                f"which is {shown(said.outputs[0])}",
                "Let the two agree; an extraction writes nothing else.",
            )


def _is_written(pattern: str, output: str) -> bool:
    """``--output`` is a file, or ``folder:format`` for one file per table in a folder.

    A dataset of periods is written beside it, with the first day of each in the name, and
    its event tables in a folder beside it, or beside each.
    """
    folder, colon, written = output.rpartition(":")
    if not colon:
        beside = _is_of_a_period(pattern, output) or _is_of_events(pattern, output)
        return pattern == output or beside
    parent, _, _ = pattern.rpartition("/")
    return parent == folder.removesuffix("/") and extension(pattern) == f".{written}"


def _is_of_a_period(pattern: str, output: str) -> bool:
    end = ending(output)
    return (
        pattern.startswith(f"{output.removesuffix(end)}_")
        and ending(pattern) == end
        and pattern.count("/") == output.count("/")
    )


def _is_of_events(pattern: str, output: str) -> bool:
    folder, _, name = pattern.rpartition("/")
    end = ending(output)
    return (
        folder.startswith(f"{output.removesuffix(end)}_")
        and folder.endswith("_events")
        and folder.count("/") == output.count("/")
        and name.endswith(end)
    )


def _check_cohort_image(
    action: Draft, run: Run, version: int | None, mistakes: Mistakes
) -> None:
    place = _run_place(action)
    if (version or 0) >= NO_COHORT_IMAGE_FROM:
        remedy = "Use `cohort:v1 generate-dataset`, or an earlier version."
        mistakes.add(place, f"version {version} has no `{COHORT_IMAGE}`", remedy)
    if len({draft.output.level for draft in action.outputs}) > 1:
        remedy = "Put its outputs under one of them."
        mistakes.add(place, f"`{COHORT_IMAGE}` outputs have one privacy level", remedy)
    if len(_folders(action.outputs)) > 1 and not _names_folder(run.arguments):
        problem = f"outputs in several folders: {listed(sorted(_folders(action.outputs)))}"
        remedy = "Put them in one folder, or give `--output-dir`."
        mistakes.add(place, f"`{COHORT_IMAGE}` has {problem}", remedy)


def _folders(outputs: Sequence[DraftOutput]) -> set[str]:
    return {shown(draft.output.pattern.rpartition("/")[0]) for draft in outputs}


def _names_folder(arguments: Sequence[str]) -> bool:
    return any(word.partition("=")[0] == "--output-dir" for word in arguments)


def _run_place(action: Draft) -> Place:
    return action.run.place if action.run else action.place
