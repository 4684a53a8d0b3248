"""A definition evaluated on the author's machine, in a box as at a site."""

from __future__ import annotations

from pathlib import Path

from cli import clock, console, home
from cli.boxes import Boxes, ready
from cli.users import uid_of_ours
from job_runner.definitions.definition_box import LIMITS
from job_runner.definitions.evaluation import Bench, Evaluated, evaluate
from job_runner.executors.contract import Limits
from job_runner.images import COHORT
from job_runner.site.policy import ImagePolicy


def evaluated(
    definition: Path,
    study: Path,
    limits: Limits = LIMITS,
    arguments: tuple[str, ...] = (),
    *,
    tests: bool = False,
) -> Evaluated:
    """What a definition gives, evaluated in a box; what it prints is shown."""
    with ready(home.boxes_of(study), [COHORT.reference], console.note) as boxes:
        image = images(boxes)["cohort:v1"]
        bench = Bench(boxes.executor, image, clock.new_id(), uid_of_ours(), limits)
        found = evaluate(definition, study, bench, arguments, tests=tests)
    for line in found.printed.splitlines():
        console.note(line)
    return found


def images(boxes: Boxes) -> dict[str, ImagePolicy]:
    """The images that were built here, by the names that project files give them."""
    return {
        reference.removeprefix("strongroom/"): ImagePolicy(reference, locked.layers)
        for reference, locked in boxes.lock.images.items()
    }
