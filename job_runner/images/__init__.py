"""The images that actions run in: recipes, building them, and the lock that pins them.

No image registry is needed. A base root filesystem comes from Debian's packages
(mmdebstrap), Python's libraries from wheels whose hashes are committed, our own files from
this installation. Each is one layer, a tar whose bytes depend on its contents alone; the
digests of an image's layers are its identity, everywhere and for ever.

Not yet: using a public base image where mmdebstrap can't be had.
"""

from __future__ import annotations

from job_runner.images.build import Workshop, build, known
from job_runner.images.layers import find_uv
from job_runner.images.lock import ImageLock, LockedImage
from job_runner.images.recipes import BASE, COHORT, PYTHON, RECIPES, R, Recipe

__all__ = [
    "BASE",
    "COHORT",
    "PYTHON",
    "RECIPES",
    "ImageLock",
    "LockedImage",
    "R",
    "Recipe",
    "Workshop",
    "build",
    "find_uv",
    "known",
]
