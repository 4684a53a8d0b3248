"""Recipes, layers and locks: what an image is, before any engine has it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from job_runner import images
from job_runner.errors import PlatformError
from job_runner.images import archive, layers, lock, recipes, tars
from job_runner.images.archive import LayerFile
from job_runner.images.compile_site import compile_site
from job_runner.images.recipes import Sources, Wheels

OURS = {
    recipe.reference: layer
    for recipe in recipes.RECIPES.values()
    for layer in recipe.layers
    if isinstance(layer, Sources)
}


def a_tree(folder: Path) -> Path:
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "run").write_text("#!/bin/sh\n")
    (folder / "b" / "run").chmod(0o700)
    (folder / "a.txt").write_text("one")
    (folder / "link").symlink_to("a.txt")
    return folder


def members(tar: Path) -> list[tarfile.TarInfo]:
    with tarfile.open(tar) as opened:
        return opened.getmembers()


def test_equal_contents_make_equal_bytes_whenever_and_by_whomever(tmp_path):
    one, two = a_tree(tmp_path / "one"), a_tree(tmp_path / "two")
    os.utime(two / "a.txt", (1, 1))
    (two / "a.txt").chmod(0o600)
    first = tars.pack(one, "/usr/x", tmp_path / "one.tar")
    second = tars.pack(two, "/usr/x", tmp_path / "two.tar")
    assert first == second == tars.digest(tmp_path / "two.tar")


def test_a_layer_is_sorted_owned_by_root_and_of_one_time(tmp_path):
    tars.pack(a_tree(tmp_path / "tree"), "/usr/x", tmp_path / "x.tar")
    found = members(tmp_path / "x.tar")
    assert [(m.name, oct(m.mode)) for m in found] == [
        ("usr", "0o755"),
        ("usr/x", "0o755"),
        ("usr/x/a.txt", "0o644"),
        ("usr/x/b", "0o755"),
        ("usr/x/b/run", "0o755"),
        ("usr/x/link", "0o777"),
    ]
    assert {(m.uid, m.gid, m.mtime) for m in found} == {(0, 0, recipes.EPOCH)}
    assert found[-1].linkname == "a.txt"


def a_layer(folder: Path, name: str) -> LayerFile:
    path = folder / f"{name}.tar"
    path.write_bytes(name.encode() * 300)
    return LayerFile(name, path, tars.digest(path))


def test_an_archive_holds_what_docker_load_reads(tmp_path):
    files = [a_layer(tmp_path, "base"), a_layer(tmp_path, "ours")]
    config = archive.configuration(files, "amd64")
    whole = b"".join(archive.stream("strongroom/x:v1", files, config))
    with tarfile.open(fileobj=io.BytesIO(whole)) as opened:
        inside = {m.name: opened.extractfile(m).read() for m in opened}
    (manifest,) = json.loads(inside["manifest.json"])
    assert manifest["RepoTags"] == ["strongroom/x:v1"]
    assert inside[manifest["Config"]] == config
    assert [inside[name] for name in manifest["Layers"]] == [
        f.path.read_bytes() for f in files
    ]
    assert len(whole) % tarfile.BLOCKSIZE == 0


def test_an_image_is_known_by_its_layers_and_runs_as_nobody(tmp_path):
    files = [a_layer(tmp_path, "base"), a_layer(tmp_path, "ours")]
    config = archive.configuration(files, "amd64")
    content = json.loads(config)
    assert content["rootfs"]["diff_ids"] == [file.digest for file in files]
    assert content["config"]["User"] == "65534:65534"
    assert content["created"] == "2023-11-14T22:13:20Z"
    assert archive.image_id(config) == f"sha256:{hashlib.sha256(config).hexdigest()}"
    assert archive.configuration(files, "amd64") == config


@pytest.mark.parametrize("reference", sorted(OURS))
def test_the_part_of_ours_in_an_image_imports_without_anything_else(reference, tmp_path):
    layer = OURS[reference]
    layers.copy(layer, recipes.PACKAGES, tmp_path)
    modules = [
        ".".join(path.relative_to(tmp_path).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(tmp_path.rglob("*.py"))
    ]
    code = f"import sys; sys.path[:0] = [{str(tmp_path)!r}]\n" + "\n".join(
        f"import {module}" for module in modules
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert len(modules) > 5


def test_bytecode_and_forgotten_files_stay_out(tmp_path):
    (tmp_path / "p" / "sub" / "__pycache__").mkdir(parents=True)
    for name in ("a.py", "sub/b.py", "sub/s.json", "sub/__pycache__/b.pyc", "secret.py"):
        (tmp_path / "p" / name).write_text("")
    found = [name for name, _ in Sources("p", ("a.py", "sub/")).files(tmp_path)]
    assert found == ["p/a.py", "p/sub/b.py", "p/sub/s.json"]


@pytest.mark.parametrize("path", ["gone.py", "gone/"])
def test_a_recipe_that_names_what_is_not_there_is_refused(tmp_path, path):
    with pytest.raises(PlatformError, match="isn't there"):
        list(Sources("p", (path,)).files(tmp_path))


def test_a_layers_key_changes_with_recipe_file_or_machine_and_with_nothing_else(tmp_path):
    (tmp_path / "p").mkdir()
    module = tmp_path / "p" / "a.py"
    module.write_text("1")
    layer = Sources("p", ("a.py",))
    key = recipes.key(layer, tmp_path, "x86_64")
    os.utime(module, (1, 1))
    assert recipes.key(layer, tmp_path, "x86_64") == key
    assert recipes.key(layer, tmp_path, "aarch64") != key
    assert recipes.key(replace(layer, paths=("a.py", "a.py")), tmp_path, "x86_64") != key
    module.write_text("2")
    assert recipes.key(layer, tmp_path, "x86_64") != key


def test_only_pinned_wheels_with_known_hashes_are_installed():
    (wheels,) = (layer for layer in recipes.PYTHON.layers if isinstance(layer, Wheels))
    command = layers.wheels_command(wheels, Path("/uv"), "x86_64", Path("/site"))
    assert {"--require-hashes", "--no-deps", "--only-binary", "--no-config"} <= set(command)
    text = (recipes.HERE / wheels.requirements).read_text()
    pinned = re.findall(r"^([\w.-]+)==\S+ \\\n    --hash=sha256:\w{64}", text, re.MULTILINE)
    lines = (recipes.HERE / "python/requirements.in").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#")} <= set(pinned)
    assert len(pinned) == text.count("==")


def test_the_root_filesystem_is_unpacked_and_no_package_script_runs():
    command = layers.debian_command(recipes.BASE.layers[0], Path("/x.tar"))
    assert command[0] == "mmdebstrap"
    assert "--variant=extract" in command
    assert command[-2:] == ("bookworm", "/x.tar")
    assert any("hook.sh" in part and part.endswith('"$1"') for part in command)


def test_what_no_analysis_imports_is_taken_out_of_the_libraries(tmp_path):
    for name in (
        "numpy/tests/t.py",
        "pandas/tests/a/tests/t.py",
        "pandas/x.py",
        "bin/f2py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "pandas-2.dist-info").mkdir()
    for name in ("RECORD", "METADATA"):
        (tmp_path / "pandas-2.dist-info" / name).write_text("")
    layers.trim(tmp_path, Wheels("python/requirements.txt"))
    left = {
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()
    }
    assert left == {"numpy/tests/t.py", "pandas/x.py", "pandas-2.dist-info/METADATA"}


DIGEST = "sha256:" + "0" * 64


def test_a_lock_comes_back_as_it_was(tmp_path):
    one = images.ImageLock({"strongroom/x:v1": images.LockedImage(DIGEST, (DIGEST,))})
    lock.write(one, tmp_path / "lock.json")
    assert lock.read(tmp_path / "lock.json") == one
    assert [path.name for path in tmp_path.iterdir()] == ["lock.json"]


WHOLE = {"format": "images", "version": 1, "images": {}}


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        WHOLE | {"version": 2},
        WHOLE | {"images": []},
        WHOLE | {"more": 1},
        WHOLE | {"images": {"x": {"id": DIGEST}}},
        WHOLE | {"images": {"x": {"id": DIGEST, "layers": []}}},
        WHOLE | {"images": {"x": {"id": DIGEST, "layers": ["latest"]}}},
        WHOLE | {"images": {"x": {"id": 1, "layers": [DIGEST]}}},
    ],
)
def test_a_lock_that_is_not_one_is_refused(content):
    with pytest.raises(PlatformError, match="isn't a lock"):
        lock.loads(json.dumps(content), where="lock.json")


def test_a_lock_that_is_not_even_json_is_refused():
    with pytest.raises(PlatformError, match="isn't a lock"):
        lock.loads("{", where="lock.json")


def test_a_lock_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(PlatformError) as caught:
        lock.read(tmp_path / "lock.json")
    assert "strongroom images build" in caught.value.remedy


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_uv_is_the_one_that_runs_us_or_the_setups_or_the_users(tmp_path):
    cache, on_path = tmp_path / "cache", tmp_path / "bin"
    environment = {"PATH": str(on_path), "STRONGROOM_CACHE": str(cache)}
    with pytest.raises(PlatformError, match="uv"):
        images.find_uv(environment)
    users = executable(on_path / "uv", "")
    assert images.find_uv(environment) == users
    setups = executable(cache / "uv" / "bin" / "uv", "")
    assert images.find_uv(environment) == setups
    assert images.find_uv(environment | {"UV": "/given/uv"}) == Path("/given/uv")


def some_tools(environment: dict[str, str], uv: Path = Path("/nowhere/uv")) -> layers.Tools:
    return layers.Tools(
        uv, environment, "x86_64", recipes.PACKAGES, lambda line: None, lambda site: None
    )


def test_a_failed_installation_is_told_with_its_last_words(tmp_path):
    uv = executable(tmp_path / "uv", "echo no route to pypi >&2; exit 2")
    (wheels,) = (layer for layer in recipes.PYTHON.layers if isinstance(layer, Wheels))
    with pytest.raises(PlatformError, match="uv failed: no route to pypi") as caught:
        layers.make(wheels, some_tools({}, uv), tmp_path / "site", tmp_path / "x.tar")
    assert "index can be reached" in caught.value.remedy


def test_bytecode_is_the_same_whoever_compiles_beside_it(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "pack" / "sub").mkdir(parents=True)
        (tmp_path / name / "alone.py").write_text("WORDS = {'a', 'b', 'c'}\n")
        (tmp_path / name / "pack" / "sub" / "m.py").write_text(
            "def f(a, b):\n    return a\n"
        )
        (tmp_path / name / "with-dash").mkdir()
    (tmp_path / "two" / "other").mkdir()
    (tmp_path / "two" / "other" / "m.py").write_text("WORDS = {'a', 'b', 'c'}\n")
    assert [compile_site(tmp_path / "one", 1), compile_site(tmp_path / "two", 2)] == [0, 0]
    for path in (tmp_path / "one").rglob("*.pyc"):
        same = tmp_path / "two" / path.relative_to(tmp_path / "one")
        # Bytecode names its source file, whose path differs here, but in no image.
        assert same.read_bytes().replace(b"/two/", b"/one/") == path.read_bytes()
    assert len(list((tmp_path / "one").rglob("*.pyc"))) == 2
