"""A site's folder: what lies where, and how a new one is made."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import yaml

from cli import draft
from job_runner.errors import PlatformError
from job_runner.site import policy, state_address
from job_runner.store import Store

SECRETS = ("cookies", "seal")
"""What signs reviewers' cookies; what seals hashes that leave with a release."""


@dataclass(frozen=True)
class SiteFolder:
    """Everything a site keeps, below one folder that only its account may read."""

    root: Path

    @property
    def policy(self) -> Path:
        """What the site allows: written by its custodian, read by everything else."""
        return self.root / "site.yaml"

    @property
    def disclosure(self) -> Path:
        """The rules of disclosure control."""
        return self.root / "disclosure.yaml"

    @property
    def state(self) -> Path:
        """Working state: database, runs, repositories, sockets."""
        return self.root / "state"

    @property
    def database(self) -> str:
        """SQLAlchemy's address of people, requests, jobs and reviews: as the policy says,
        else a file of its own. PlatformError for a policy that can't be read."""
        said = state_address.database_in(self.policy)
        return said or f"sqlite:///{self.state / 'strongroom.sqlite'}"

    @property
    def ledger(self) -> Path:
        """The append-only record."""
        return self.state / "ledger.jsonl"

    @property
    def wakes(self) -> Path:
        """Sockets by which runners are told that something changed, one for each."""
        return self.state / "wake"

    @property
    def locks(self) -> Path:
        """Locks that runners of this host hold for as long as they live."""
        return self.state / "runners"

    @property
    def served(self) -> Path:
        """The socket by which the runner tells the server that something changed."""
        return self.state / "serve.sock"

    @property
    def repositories(self) -> Path:
        """Fetched repositories, bare."""
        return self.state / "repositories"

    @property
    def store(self) -> Path:
        """Outputs by privacy level; the highly sensitive ones stay for ever."""
        return self.root / "store"

    @property
    def reports(self) -> Path:
        """What the checker found, one report for each job."""
        return self.root / "reports"

    def report(self, job_id: str) -> Path:
        """Where the report about a job is, or will be."""
        return self.reports / f"{job_id}.json"

    @property
    def counted(self) -> Path:
        """Who is in which cell of what was checked and what left, by numbers that only this
        site's secret relates to patients; it stays for ever."""
        return self.root / "counted"

    @property
    def outbox(self) -> Path:
        """Release bundles: the only thing here that may leave."""
        return self.root / "outbox"

    @property
    def boxes(self) -> str:
        """The name under which its boxes run: names of sites on one machine may be equal,
        and nobody may tidy up another's."""
        return "site-" + hashlib.sha256(os.fsencode(self.root.resolve())).hexdigest()[:12]

    def secret(self, name: str) -> bytes:
        """32 bytes that only this site knows, made with the site."""
        return (self.state / "secrets" / name).read_bytes()

    def folders(self) -> tuple[Path, ...]:
        return (
            self.state,
            self.repositories,
            self.store,
            self.reports,
            self.counted,
            self.outbox,
            self.wakes,
            self.locks,
        )


def create(root: Path, settings: Mapping[str, object]) -> SiteFolder:
    """Make a site's folder at once or not at all.

    PlatformError for an existing one, for settings that would be no policy, or for a
    database that holds the state of another.
    """
    text = _as_yaml(settings)
    policy.parse(text, where=SiteFolder(root).policy.name, folder=root)
    with draft.folder(root) as made:
        _fill(SiteFolder(made), text)
    return SiteFolder(root)


def _fill(site: SiteFolder, policy_text: str) -> None:
    for folder in site.folders():
        folder.mkdir(mode=0o700, parents=True)
    _make_secrets(site.state / "secrets")
    site.policy.write_text(policy_text, encoding="utf-8")
    default = resources.files("output_checker") / "policies" / "default.yaml"
    site.disclosure.write_text(default.read_text(encoding="utf-8"), encoding="utf-8")
    _make_database(site.database)


def _make_database(url: str) -> None:
    """Made here and nowhere else: who opens a site's database and finds none must not take
    that for a new site, and run everything a second time."""
    with Store(url) as store:
        if store.people() or store.requests(limit=1):
            raise PlatformError(
                "this database holds the state of a site already",
                where="database",
                remedy="Name an empty database. To run that site on one more host, share "
                "its folder.",
            )


def _make_secrets(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    for name in SECRETS:
        path = folder / name
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))


def _as_yaml(settings: Mapping[str, object]) -> str:
    head = "# What this site allows. Unknown keys are errors; a change needs a restart.\n"
    return head + yaml.safe_dump(dict(settings), sort_keys=False, allow_unicode=True)
