"""Images unpacked: a root filesystem in a folder, for engines that have no store.

From the tars and the lock that ``images build`` leaves in the cache: the same layers by
the same digests as any engine has. A tar whose bytes aren't those of its digest isn't
unpacked.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from job_runner.errors import ImageRefused
from job_runner.images import lock

LOCK_FILE = "images.lock.json"
MOUNT_POINTS = ("code", "dev", "proc", "result", "tmp", "workspace")
"""Folders of every image: its root is read-only, so a box can't have more of them."""


def image_id(tars: Path, images: Path, reference: str, layers: tuple[str, ...]) -> str:
    """The id of the image of that name, if it was built of those layers. Unpacks it.

    ImageRefused if it wasn't built here, or isn't the one that was approved.
    """
    locked = lock.read(tars / LOCK_FILE).images.get(reference)
    if locked is None:
        raise _problem(reference, "isn't among those that were built here")
    if locked.layers != layers:
        raise _problem(reference, "isn't the image that was approved")
    made = chain(layers)
    _have(tars, images, made, layers, reference)
    return made


def chain(layers: tuple[str, ...]) -> str:
    """One digest for layers in their order."""
    return f"sha256:{hashlib.sha256(' '.join(layers).encode()).hexdigest()}"


def folder(images: Path, image: str) -> Path:
    """Where that image lies."""
    return images / image.removeprefix("sha256:")


def _have(
    tars: Path, images: Path, image: str, layers: tuple[str, ...], reference: str
) -> None:
    target = folder(images, image)
    if target.is_dir():
        return
    images.mkdir(parents=True, exist_ok=True)
    with (images / "turn.lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if target.is_dir():
            return
        with _partial(target) as partial:
            for digest in layers:
                _unpack(_tar(tars, digest, reference), digest, partial, reference)
            for name in MOUNT_POINTS:
                (partial / name).mkdir(exist_ok=True)
            partial.chmod(0o755)
            partial.rename(target)


@contextlib.contextmanager
def _partial(target: Path) -> Iterator[Path]:
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _tar(tars: Path, digest: str, reference: str) -> Path:
    for record in tars.glob("*.digest"):
        tar = record.with_suffix(".tar")
        if record.read_text(encoding="ascii") == digest and tar.exists():
            return tar
    raise _problem(reference, "isn't in the cache any more, as one of its layers isn't")


def _unpack(tar: Path, digest: str, target: Path, reference: str) -> None:
    with tar.open("rb") as file:
        found = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    if found != digest:
        raise _problem(reference, "isn't the image that was built: a layer was altered")
    owner = "--same-owner" if os.geteuid() == 0 else "--no-same-owner"
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", "tar", "-xpf", str(tar), "-C", str(target), owner],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise _problem(reference, f"can't be unpacked: {said[:200]}")


def _problem(reference: str, problem: str) -> ImageRefused:
    return ImageRefused(
        f"it {problem}",
        where=f"image {reference!r}",
        remedy="Build it with `strongroom images build`, and have its layers approved.",
    )
