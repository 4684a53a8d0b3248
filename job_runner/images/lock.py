"""Which bytes an image reference stands for: the lock that a site's policy pins."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from job_runner.errors import PlatformError

FORMAT, VERSION = "images", 1


@dataclass(frozen=True)
class LockedImage:
    """An image by its contents. ``layers`` are digests of uncompressed tars, bottom first.

    ``id`` is the digest of the configuration, which names the layers; engines that keep
    images in containerd's store give them another id, but never other layers.
    """

    id: str
    layers: tuple[str, ...]

    def __post_init__(self) -> None:
        for digest in (self.id, *self.layers):
            if len(digest) != 71 or not digest.startswith("sha256:"):
                raise ValueError(f"{digest!r} is no digest")
        if not self.layers:
            raise ValueError("an image has at least one layer")


@dataclass(frozen=True)
class ImageLock:
    """Reference to contents."""

    images: Mapping[str, LockedImage]

    def dumps(self) -> str:
        images = {
            reference: {"id": image.id, "layers": list(image.layers)}
            for reference, image in sorted(self.images.items())
        }
        content = {"format": FORMAT, "version": VERSION, "images": images}
        return json.dumps(content, indent=2) + "\n"


def loads(text: str, *, where: str) -> ImageLock:
    """Refuses anything but what ``dumps`` writes. PlatformError."""
    try:
        content = json.loads(text)
        if content.keys() != {"format", "version", "images"}:
            raise ValueError("other keys than format, version, images")
        if (content["format"], content["version"]) != (FORMAT, VERSION):
            raise ValueError("another format or version")
        return ImageLock({str(k): _image(v) for k, v in content["images"].items()})
    except (ValueError, TypeError, AttributeError, KeyError) as cause:
        raise PlatformError(
            f"this isn't a lock of images: {cause}",
            where=where,
            remedy="Write it anew with `strongroom images build`.",
        ) from None


def _image(content: Mapping[str, Any]) -> LockedImage:
    if content.keys() != {"id", "layers"}:
        raise ValueError("an image has other keys than id, layers")
    return LockedImage(content["id"], tuple(content["layers"]))


def read(path: Path) -> ImageLock:
    """PlatformError if it isn't there or isn't one."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise PlatformError(
            "the images' lock isn't there",
            where=str(path),
            remedy="Build the images: `strongroom images build`.",
        ) from None
    return loads(text, where=str(path))


def write(lock: ImageLock, path: Path) -> None:
    """At once or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(lock.dumps(), encoding="utf-8")
    partial.replace(path)
