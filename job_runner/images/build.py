"""Build what is missing of the images, and lock what they are.

Everything is kept in a cache folder under the hash of its recipe, so that only a changed
layer is made again; an image that the engine has with the right layers is left alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from job_runner.errors import PlatformError
from job_runner.executors import guarantees
from job_runner.images import archive, layers, lock, recipes
from job_runner.images.archive import LayerFile
from job_runner.images.lock import ImageLock, LockedImage
from job_runner.images.recipes import (
    BASE,
    COMPILER,
    PACKAGES,
    RECIPES,
    SITE,
    Layer,
    Recipe,
    key,
)

if TYPE_CHECKING:  # looking which images there are doesn't take an engine
    import docker
    from docker.models.images import Image

Report = Callable[[str], None]
LOCK_FILE = "images.lock.json"
USUAL = tuple(recipe.reference for recipe in recipes.USUAL)
"""What is built unless something else is named."""


@dataclass(frozen=True)
class Workshop:
    """What building needs of the world. ``cache`` is a folder of our own, about 600 MB."""

    client: docker.DockerClient
    cache: Path
    uv: Path
    environment: Mapping[str, str]
    report: Report = lambda line: None
    packages: Path = PACKAGES
    machine: str = platform.machine()
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: RECIPES)


def build(workshop: Workshop, references: Iterable[str] = USUAL) -> ImageLock:
    """Have these images in the engine, and their lock in the cache. PlatformError.

    Safe to call from several processes at once, and to kill.
    """
    _architecture(workshop.machine)
    wanted = [_recipe(workshop, reference) for reference in references]
    with _turn(workshop.cache):
        images = {recipe.reference: _image(workshop, recipe) for recipe in wanted}
        path = workshop.cache / LOCK_FILE
        known = lock.read(path).images if path.exists() else {}
        lock.write(ImageLock({**known, **images}), path)
    return ImageLock(images)


def known(
    cache: Path, recipes: Iterable[Recipe], machine: str = platform.machine()
) -> ImageLock:
    """Those of the images whose layers lie in a cache as they would be made now.

    No engine is asked, and nothing is written.
    """
    found = {}
    for recipe in recipes:
        files = [_there(cache, layer, machine) for layer in recipe.layers]
        layers_ = [file for file in files if file is not None]
        if len(layers_) == len(files) and machine in layers.ARCHITECTURES:
            config = archive.configuration(layers_, _architecture(machine))
            digests = tuple(file.digest for file in layers_)
            found[recipe.reference] = LockedImage(archive.image_id(config), digests)
    return ImageLock(found)


def _there(cache: Path, layer: Layer, machine: str) -> LayerFile | None:
    name = f"{layer.name}-{key(layer, PACKAGES, machine)}"
    tar, record = cache / f"{name}.tar", cache / f"{name}.digest"
    if not (tar.exists() and record.exists()):
        return None
    return LayerFile(layer.name, tar, record.read_text(encoding="ascii"))


def _recipe(workshop: Workshop, reference: str) -> Recipe:
    if reference not in workshop.recipes:
        raise PlatformError(
            "there is no recipe for this image",
            where=reference,
            remedy=f"There are: {', '.join(workshop.recipes)}.",
        )
    return workshop.recipes[reference]


def _image(workshop: Workshop, recipe: Recipe) -> LockedImage:
    files = [_layer(workshop, layer) for layer in recipe.layers]
    config = archive.configuration(files, _architecture(workshop.machine))
    image = LockedImage(archive.image_id(config), tuple(file.digest for file in files))
    if _layers(_image_in_engine(workshop.client, recipe.reference)) != image.layers:
        workshop.report(f"Loading {recipe.reference} into the container engine")
        _load(workshop.client, recipe.reference, files, config)
    return image


def _layer(workshop: Workshop, layer: Layer) -> LayerFile:
    name = f"{layer.name}-{key(layer, workshop.packages, workshop.machine)}"
    tar, record = workshop.cache / f"{name}.tar", workshop.cache / f"{name}.digest"
    if not (tar.exists() and record.exists()):
        record.unlink(missing_ok=True)  # with its tar or not at all, whenever we are killed
        partial = record.with_suffix(".partial")
        partial.write_text(_made(workshop, layer, tar), encoding="ascii")
        partial.replace(record)
        _forget_older(workshop.cache, layer.name, keep=name)
    return LayerFile(layer.name, tar, record.read_text(encoding="ascii"))


def _made(workshop: Workshop, layer: Layer, target: Path) -> str:
    tools = layers.Tools(
        workshop.uv,
        workshop.environment,
        workshop.machine,
        workshop.packages,
        workshop.report,
        compile=lambda site: _compile(workshop, site),
    )
    with tempfile.TemporaryDirectory(dir=workshop.cache, prefix="work-") as work:
        site, partial = Path(work, "site"), Path(work, "layer.tar")
        site.mkdir()
        digest = layers.make(layer, tools, site, partial)
        partial.replace(target)
    return digest


def _compile(workshop: Workshop, site: Path) -> None:
    """In a container of the base image without network, whatever Python the host has."""
    from docker.errors import DockerException

    _image(workshop, BASE)
    try:
        container = workshop.client.containers.create(
            BASE.reference,
            ["python3", "/compile.py", SITE, str(os.cpu_count() or 1)],
            network_mode="none",
            user=_user(workshop.client),
            volumes=[f"{site}:{SITE}", f"{COMPILER}:/compile.py:ro"],
        )
        try:
            container.start()
            if container.wait()["StatusCode"] != 0:
                raise _not_compiled(container.logs().decode(errors="replace"))
        finally:  # an interrupt as well: it would go on writing into a folder that goes
            container.remove(force=True)
    except DockerException as cause:
        raise _not_compiled(str(cause)) from None


def _not_compiled(reason: str) -> PlatformError:
    return PlatformError(
        f"Python's libraries couldn't be compiled: {reason[-500:]}",
        where="images",
        remedy="Check that the engine may mount the cache folder, then try again.",
    )


def _user(client: docker.DockerClient) -> str:
    """Whoever owns our files, seen from inside."""
    if "rootless" in guarantees.security_options(client.info()):
        return "0:0"
    return f"{os.getuid()}:{os.getgid()}"


def _load(
    client: docker.DockerClient, reference: str, files: list[LayerFile], config: bytes
) -> None:
    from docker.errors import DockerException

    before = _image_in_engine(client, reference)
    pairs = zip(_layers(before), files, strict=False)
    there = len(list(takewhile(lambda pair: pair[0] == pair[1].digest, pairs)))
    try:
        try:
            _upload(client, archive.stream(reference, files, config, there))
        except DockerException:
            # Only engines with Docker's own image store take layers as read.
            _upload(client, archive.stream(reference, files, config))
        if before is not None:
            _drop(client, before)
    except (DockerException, OSError) as cause:
        raise PlatformError(
            f"the container engine refused the image {reference}: {str(cause)[:500]}",
            where=str(files[0].path.parent),
            remedy="Check the disk's free space, delete this folder, then try again.",
        ) from None


def _upload(client: docker.DockerClient, pieces: Iterator[bytes]) -> None:
    from docker.errors import ImageLoadError

    # The SDK hands it to requests, which uploads an iterator piece by piece. What the
    # engine says is read to its end also after an error, else the connection stays open.
    told = list(client.api.load_image(pieces))  # type: ignore[no-untyped-call]
    for refusal in (line["errorDetail"] for line in told if "errorDetail" in line):
        raise ImageLoadError(refusal["message"])


def _drop(client: docker.DockerClient, image: Image) -> None:
    """What the reference stood for before: 600 MB of disk, unless it still serves."""
    from docker.errors import APIError

    with contextlib.suppress(APIError):
        if not client.images.get(str(image.id)).tags:
            client.images.remove(str(image.id))


def _layers(image: Image | None) -> tuple[str, ...]:
    return tuple(image.attrs["RootFS"]["Layers"]) if image else ()


def _image_in_engine(client: docker.DockerClient, reference: str) -> Image | None:
    from docker.errors import ImageNotFound

    try:
        return client.images.get(reference)
    except ImageNotFound:
        return None


def _architecture(machine: str) -> str:
    try:
        return layers.ARCHITECTURES[machine]
    except KeyError:
        raise PlatformError(
            f"there are no images for {machine} machines",
            where="images",
            remedy=f"Use one of: {', '.join(layers.ARCHITECTURES)}.",
        ) from None


def _forget_older(cache: Path, name: str, *, keep: str) -> None:
    for path in cache.glob(f"{name}-*"):
        if path.stem != keep:
            path.unlink()


@contextlib.contextmanager
def _turn(cache: Path) -> Iterator[None]:
    """One builder at a time; what a killed one left is swept away."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "turn.lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        for left in cache.glob("work-*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
