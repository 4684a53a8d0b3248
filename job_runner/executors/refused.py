"""What is refused in the same words on every engine: images, lost boxes, engines away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from job_runner.errors import ImageRefused, PlatformError

_REFERENCE = re.compile(r"[a-z0-9][A-Za-z0-9._/:@-]{0,254}")


def check_name(reference: str) -> None:
    """ImageRefused for what an engine might read as an option, or as a path."""
    if not _REFERENCE.fullmatch(reference):
        raise image(reference, "is no image's name")


def check_approved(
    reference: str, found: Mapping[str, Any], layers: tuple[str, ...]
) -> None:
    """ImageRefused unless what the engine says of an image has exactly those layers.

    Nor may it declare volumes: the engine would give each box a writable folder that no
    limit covers.
    """
    if tuple(found["RootFS"].get("Layers") or ()) != layers:
        raise image(reference, "isn't the image that was approved")
    if (found.get("Config") or {}).get("Volumes"):
        raise image(reference, "declares volumes")


def image(reference: str, problem: str) -> ImageRefused:
    """An image that may not run."""
    return ImageRefused(
        f"it {problem}",
        where=f"image {reference!r}",
        remedy="Build or load the image again, and have its layers approved in the policy.",
    )


def absent(reference: str) -> ImageRefused:
    """An image that the engine hasn't got."""
    return image(reference, "isn't in the container engine")


def engine(problem: str) -> PlatformError:
    """An engine that doesn't do as it is asked."""
    return PlatformError(
        problem,
        where="the container engine",
        remedy="Look at the engine's own log; the job is tried again by itself.",
    )


def box(run_id: str, problem: str) -> PlatformError:
    """A box that should be there, and isn't as it should be."""
    return PlatformError(
        f"its box {problem}",
        where=f"run {run_id}",
        remedy="Nothing to do: the runner starts it again.",
    )
