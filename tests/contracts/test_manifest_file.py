"""The manifest: what the runner writes, the checker and the next action read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from job_runner.errors import PlatformError
from job_runner.workspaces import manifest as manifests
from job_runner.workspaces.manifest import Manifest, ManifestFile, ManifestInput
from tests.runs import HIGH, MEDIUM

A, B = "a" * 64, "b" * 64
MANIFEST = Manifest(
    action="extract",
    job_id="job1",
    commit="c" * 40,
    image=f"sha256:{A}",
    command=("generate-dataset", "d.py", "--output", "output/c.parquet"),
    files=(
        ManifestFile("output/c.parquet", HIGH, A, 10),
        ManifestFile("t.csv", MEDIUM, B, 0),
    ),
    inputs=(ManifestInput("output/é.csv", B),),
    query_sha256=A,
)


def test_a_manifest_file_reads_as_this() -> None:
    """The format, whole: others read it without our code."""
    body = json.loads(manifests.dumps(MANIFEST))
    told = body.pop("checksum")
    assert body == {
        "format": "strongroom-manifest",
        "version": 1,
        "action": "extract",
        "job_id": "job1",
        "commit": "c" * 40,
        "image": f"sha256:{A}",
        "command": ["generate-dataset", "d.py", "--output", "output/c.parquet"],
        "files": [
            {
                "path": "output/c.parquet",
                "level": "highly_sensitive",
                "sha256": A,
                "size": 10,
            },
            {"path": "t.csv", "level": "moderately_sensitive", "sha256": B, "size": 0},
        ],
        "inputs": [{"path": "output/é.csv", "sha256": B}],
        "query_sha256": A,
        "exit_code": 0,
    }
    assert told == manifests.checksum(body)


def test_a_manifest_comes_back_as_it_was() -> None:
    """Byte for byte, so that the same work gives the same file."""
    data = manifests.dumps(MANIFEST)
    assert manifests.loads(data) == MANIFEST
    assert manifests.dumps(manifests.loads(data)) == data


GOOD = manifests.dumps(MANIFEST)
DAMAGED = {
    "empty": b"",
    "cut": GOOD[: len(GOOD) // 2],
    "one bit": GOOD.replace(b'"size": 10', b'"size": 11'),
    "other version": GOOD.replace(b'"version": 1', b'"version": 2'),
    "other format": GOOD.replace(b"strongroom-manifest", b"something"),
    "unknown key": GOOD.replace(b'"exit_code"', b'"more": 1, "exit_code"'),
    "missing key": GOOD.replace(b'  "job_id": "job1",\n', b""),
    "no checksum": GOOD.replace(b'"checksum"', b'"sum"'),
    "unknown level": GOOD.replace(b"moderately", b"slightly"),
    "no hash": GOOD.replace(B.encode(), b"x"),
    "a list": b"[]",
    "nested": b"[" * 100_000,
    "not UTF-8": b"\xff" + GOOD,
    "trailing": GOOD + b" ",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_manifest_is_refused_and_moved_aside(tmp_path: Path, damage: str) -> None:
    """Once: the action then runs again, instead of failing for ever."""
    path = tmp_path / "make.json"
    path.write_bytes(DAMAGED[damage])
    with pytest.raises(PlatformError, match="isn't as it was written"):
        manifests.read(path)
    assert manifests.read(path) is None
    assert (tmp_path / "make.json.damaged").read_bytes() == DAMAGED[damage]


def test_a_manifest_that_cannot_be_read_stays_where_it_is(tmp_path: Path) -> None:
    """A disk's bad moment is no damage."""
    (tmp_path / "make.json").mkdir()
    with pytest.raises(PlatformError, match="can't be read"):
        manifests.read(tmp_path / "make.json")
    assert (tmp_path / "make.json").exists()
