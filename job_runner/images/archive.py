"""An image as the archive that ``docker load`` takes: a configuration and layer tars.

Written by us rather than by ``docker import``, so that equal contents give an equal image
id (an import stamps the time into it), and images share the layers that they share.
Format: Docker Image Specification v1.2, "Combined Image JSON + Filesystem Changeset".
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from job_runner.images.recipes import ENVIRONMENT, EPOCH

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class LayerFile:
    """A layer's tar and its digest (``sha256:…``)."""

    name: str
    path: Path
    digest: str


def configuration(layers: Sequence[LayerFile], architecture: str) -> bytes:
    """The image's configuration; its SHA-256 is the image's id."""
    created = datetime.fromtimestamp(EPOCH, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    content = {
        "architecture": architecture,
        "os": "linux",
        "created": created,
        "config": {
            "Env": list(ENVIRONMENT),
            "User": "65534:65534",
            "WorkingDir": "/workspace",
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
        "history": [
            {"created": created, "created_by": f"strongroom {layer.name}"}
            for layer in layers
        ],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def image_id(config: bytes) -> str:
    return f"sha256:{hashlib.sha256(config).hexdigest()}"


def stream(
    reference: str, layers: Sequence[LayerFile], config: bytes, there: int = 0
) -> Iterator[bytes]:
    """The archive in pieces, for an upload that holds none of it in memory.

    ``there``: how many of the lowest layers the engine has, and so are only named.
    """
    config_name = f"{hashlib.sha256(config).hexdigest()}.json"
    names = [f"{layer.digest.removeprefix('sha256:')}/layer.tar" for layer in layers]
    manifest = [{"Config": config_name, "RepoTags": [reference], "Layers": names}]
    yield from _entry("manifest.json", io.BytesIO(json.dumps(manifest).encode()))
    yield from _entry(config_name, io.BytesIO(config))
    for name, layer in list(zip(names, layers, strict=True))[there:]:
        with layer.path.open("rb") as file:
            yield from _entry(name, file)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _entry(name: str, content: io.BufferedIOBase) -> Iterator[bytes]:
    member = tarfile.TarInfo(name)
    member.size = content.seek(0, io.SEEK_END)
    content.seek(0)
    yield member.tobuf(tarfile.GNU_FORMAT)
    while piece := content.read(CHUNK):
        yield piece
    yield bytes(-member.size % tarfile.BLOCKSIZE)
