"""What this site allows: one strict file, read once.

Everything that a request asks for is held against this; a setting that nobody knows is
an error, so a misspelt permission never means "allowed".
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path

from job_runner.executors.contract import Limits
from job_runner.jobs.members import LEASE
from job_runner.project.model import EXTRACTION_IMAGES
from job_runner.requests.request import Priority
from job_runner.site import hours
from job_runner.site.box_policy import BoxPolicy, box_policy
from job_runner.site.hours import ALWAYS, Hours
from job_runner.site.settings_yaml import Problem, Section, SettingsError, read
from job_runner.site.state_address import database


@dataclass(frozen=True)
class ImagePolicy:
    """An image on the site's list, pinned by the digests of its layers."""

    reference: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class ProjectPolicy:
    """What one project may do. ``people`` and ``branches``: None is anyone, any branch.
    ``permissions``: what its definitions may claim to need. ``priority``: the highest
    that its requests may have. ``limits``: of its boxes, where they aren't the site's.
    ``workers``, ``database_workers``: how many of its jobs run at once, if not as many as
    the site's."""

    name: str
    repositories: tuple[str, ...]
    actions: tuple[str, ...]
    people: frozenset[str] | None = None
    branches: tuple[str, ...] | None = None
    permissions: frozenset[str] = frozenset()
    priority: Priority = Priority.NORMAL
    limits: Limits | None = None
    workers: int | None = None
    database_workers: int | None = None

    def allows_action(self, action: str) -> bool:
        return any(fnmatchcase(action, pattern) for pattern in self.actions)

    def allows_person(self, person: str) -> bool:
        return self.people is None or person in self.people


@dataclass(frozen=True)
class SitePolicy:
    """The site's rules. ``sha256`` is that of the file they were read from.
    ``signatures``: whether a request must be signed by its submitter's key. ``database``:
    the address of the site's state, where that isn't a file of its own. ``lease``: seconds
    after which a runner of another host that shows no life is lost. ``opposition``: how
    patients who object to research are kept out. ``description``: the published file of
    what the warehouse serves, if there is one."""

    name: str
    warehouse: Mapping[str, object]
    projects: Mapping[str, ProjectPolicy]
    images: Mapping[str, ImagePolicy]
    limits: Limits
    workers: int
    database_workers: int
    disclosure: Path
    sha256: str
    signatures: bool = True
    database: str | None = None
    lease: float = LEASE
    hours: Hours = ALWAYS
    opposition: Opposition | None = None
    description: Path | None = None
    boxes: BoxPolicy = field(default_factory=BoxPolicy)

    def image(self, name: str, tag: str) -> ImagePolicy | None:
        """The image an action names, if it is on the list."""
        return self.images.get(listed_as(name, tag))


def listed_as(name: str, tag: str) -> str:
    """How a list of images calls it: both names of the extraction are one."""
    return f"{'cohort' if name in EXTRACTION_IMAGES else name}:{tag}"


_UNREADABLE = Problem(1, "the site's policy can't be read", "give the path of site.yaml")


def load(path: Path) -> SitePolicy:
    """The policy in a file; SettingsError with every mistake and its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(str(path), (_UNREADABLE,)) from None
    return parse(text, where=str(path), folder=path.absolute().parent)


def parse(text: str, *, where: str, folder: Path) -> SitePolicy:
    """The policy in a text. Paths in it are relative to ``folder``."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return read(text, where, lambda section: _policy(section, folder, sha256))


def _policy(section: Section, folder: Path, sha256: str) -> SitePolicy:
    limits = _limits(section.section("limits"), Limits(), required=True)
    policy = SitePolicy(
        name=_name(section),
        warehouse=_warehouse(section),
        projects=_projects(section.section("projects"), limits),
        images=_images(section.section("images")),
        limits=limits,
        workers=section.whole("workers", 1),
        database_workers=section.whole("database_workers", 1),
        disclosure=folder / section.text("disclosure"),
        sha256=sha256,
        signatures=_signatures(section),
        database=database(section),
        lease=_amount(section, "lease", _SECONDS, int(LEASE)),
        hours=hours.read(section),
        opposition=_opposition(section, complain=False),
        description=_description(section, folder),
        boxes=box_policy(section.section("boxes", required=False), folder),
    )
    section.close()
    return policy


def _description(section: Section, folder: Path) -> Path | None:
    said = section.text("description", required=False)
    return folder / said if said else None


def _signatures(section: Section) -> bool:
    """Whether they are required, which they are unless the file says otherwise."""
    said = section.text("signatures", required=False) or "required"
    if said not in ("required", "optional"):
        section.complain(
            section.line_of("signatures"),
            "'signatures' is neither required nor optional",
            "write 'signatures: required', or leave it out",
        )
    return said != "optional"


class Opposition(Enum):
    """How patients who object to research are kept out of every study. The value is what a
    policy and the ledger say, and the warehouse's mapping must agree with it."""

    LEFT_OUT_BY_MAPPING = "left_out_by_mapping"
    LEFT_OUT_OF_TABLES = "left_out_of_tables"
    NONE_RECORDED = "none_recorded"


def _warehouse(section: Section) -> dict[str, object]:
    """Its settings, and what was said of those who object: it is opened with both."""
    settings, said = section.opaque("warehouse"), _opposition(section)
    return {**settings, "opposition": said.value} if said else settings


def _opposition(section: Section, *, complain: bool = True) -> Opposition | None:
    said = section.text("opposition", required=False)
    words = [one.value for one in Opposition]
    if said in words:
        return Opposition(said)
    if said and complain:
        section.complain(
            section.line_of("opposition"),
            f"'{said}' is no way to keep objecting patients out",
            f"write one of: {', '.join(words)}",
        )
    return None


_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def _name(section: Section) -> str:
    name = section.text("name")
    if name and not _NAME.fullmatch(name):
        section.complain(
            section.line_of("name"),
            "a site's name is lower-case letters, digits and hyphens",
            "write a short name such as 'name: north-hospital'",
        )
    return name


def _projects(section: Section | None, usual: Limits) -> dict[str, ProjectPolicy]:
    if section is None:
        return {}
    found = {name: _project(section, name, usual) for name in list(section.keys())}
    return {name: project for name, project in found.items() if project}


def _project(projects: Section, name: str, usual: Limits) -> ProjectPolicy | None:
    if not _NAME.fullmatch(name):
        projects.complain(
            projects.line_of(name),
            f"'{name}' can't be a project's name",
            "use lower-case letters, digits and hyphens",
        )
    section = projects.section(name)
    if section is None:
        return None
    people = section.texts("people", required=False)
    project = ProjectPolicy(
        name=name,
        repositories=_repositories(section),
        actions=section.texts("actions"),
        people=frozenset(people) if people else None,
        branches=section.texts("branches", required=False) or None,
        permissions=frozenset(section.texts("permissions", required=False)),
        priority=_priority(section),
        limits=_own_limits(section, usual),
        workers=section.whole("workers", 0, required=False) or None,
        database_workers=section.whole("database_workers", 0, required=False) or None,
    )
    section.close()
    return project


def _own_limits(project: Section, usual: Limits) -> Limits | None:
    """The site's, but for what the project has its own of."""
    own = project.section("limits", required=False)
    return None if own is None else _limits(own, usual, required=False)


def _priority(section: Section) -> Priority:
    said = section.text("priority", required=False) or Priority.NORMAL.value
    known = [priority.value for priority in Priority]
    if said in known:
        return Priority(said)
    section.complain(
        section.line_of("priority"),
        f"'{said}' isn't a priority",
        f"write one of {', '.join(known)}, or leave it out",
    )
    return Priority.NORMAL


_REPOSITORY = re.compile(
    r"(https://|ssh://|file:///|[\w.-]+@[\w.-]+:)[^\s\x00-\x1f]+|/(?=\S)[^\x00-\x1f\x7f]*\S"
)


def _repositories(section: Section) -> tuple[str, ...]:
    repositories = section.texts("repositories")
    for url in repositories:
        if not _REPOSITORY.fullmatch(url):
            section.complain(
                section.line_of("repositories"),
                f"'{url}' isn't a repository that can be fetched",
                "write an https:// or ssh:// address, user@host:path, "
                "or the absolute path of a folder on this machine",
            )
    return repositories


_LAYER = re.compile(r"sha256:[0-9a-f]{64}")
_IMAGE = re.compile(r"[a-z][a-z0-9-]*:[A-Za-z0-9][A-Za-z0-9.-]*")


def _images(section: Section | None) -> dict[str, ImagePolicy]:
    if section is None:
        return {}
    found = {name: _image(section, name) for name in list(section.keys())}
    return {name: image for name, image in found.items() if image}


def _image(images: Section, name: str) -> ImagePolicy | None:
    if not _IMAGE.fullmatch(name):
        images.complain(
            images.line_of(name),
            f"'{name}' can't be an image's name",
            "write it as in project.yaml, such as 'python:v1:'",
        )
    section = images.section(name)
    if section is None:
        return None
    image = ImagePolicy(section.text("reference"), section.texts("layers"))
    if not all(_LAYER.fullmatch(layer) for layer in image.layers):
        section.complain(
            section.line_of("layers"),
            f"the layers of '{name}' aren't sha256 digests",
            "copy them from images.lock.json: 'sha256:' and 64 hexadecimal digits",
        )
    section.close()
    return image


_BYTES = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SECONDS = {"": 1, "s": 1, "min": 60, "h": 3600}
_AMOUNT = re.compile(r"(\d{1,15}) ?([A-Za-z]*)")


def _limits(section: Section | None, usual: Limits, *, required: bool) -> Limits:
    """``usual``: where nothing is said."""
    if section is None:
        return usual
    limits = Limits(
        memory=_amount(section, "memory", _BYTES, usual.memory, required=required),
        cpus=_cpus(section, usual.cpus, required=required),
        pids=section.whole("pids", usual.pids, required=False),
        open_files=section.whole("open_files", usual.open_files, required=False),
        file_size=_amount(section, "file_size", _BYTES, usual.file_size),
        disk=_amount(section, "disk", _BYTES, usual.disk, required=required),
        tmp=_amount(section, "tmp", _BYTES, usual.tmp),
        wall_clock=_amount(
            section, "wall_clock", _SECONDS, int(usual.wall_clock), required=required
        ),
    )
    section.close()
    return limits


def _cpus(section: Section, default: float, *, required: bool) -> float:
    value = section.value("cpus", "a number", required=required)
    if isinstance(value, int | float) and value > 0:
        return float(value)
    if value is not None:
        section.complain(
            section.line_of("cpus"), "'cpus' isn't above 0", "write a number such as 1.5"
        )
    return default


def _amount(
    section: Section,
    key: str,
    units: Mapping[str, int],
    default: int,
    *,
    required: bool = False,
) -> int:
    """A number with a unit, such as '4 G' or '30 min'."""
    value = section.value(key, "a number or text", required=required)
    if value is None:
        return default
    found = _AMOUNT.fullmatch(str(value))
    if found and found[2] in units and int(found[1]) > 0:
        return int(found[1]) * units[found[2]]
    offered = ", ".join(unit for unit in units if unit)
    section.complain(
        section.line_of(key),
        f"'{key}' isn't an amount",
        f"write a whole number above 0 with one of the units {offered}",
    )
    return default
