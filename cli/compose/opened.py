"""A site's parts, opened together and closed together."""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from cli import clock
from cli.compose.folder import SiteFolder
from job_runner.jobs import wake
from job_runner.ledger import Ledger
from job_runner.requests.repositories import Repositories
from job_runner.site import policy as policies
from job_runner.site.policy import SitePolicy
from job_runner.store import Store


@dataclass(frozen=True)
class OpenSite:
    """What both the server and the runner of a site work with."""

    folder: SiteFolder
    policy: SitePolicy
    store: Store
    ledger: Ledger
    repositories: Repositories

    @property
    def id(self) -> str:
        """What a signed request calls this site, and no other: its name, and digits that
        follow from its secret."""
        digits = hmac.new(self.folder.secret("seal"), b"site id", "sha256").hexdigest()
        return f"{self.policy.name}.{digits[:12]}"

    def record(self, kind: str, body: Mapping[str, object], who: str) -> None:
        """One entry more in the ledger."""
        self.ledger.append(kind, body, who=who, at=clock.now())

    def wake_runner(self) -> None:
        """Tell the runners of this host that something changed. Those of others are told
        by the database that they share."""
        wake.notify_all(self.folder.wakes)

    def runner_listens(self) -> bool:
        """Whether there is a runner, as far as anybody knows."""
        if self.policy.database is None:
            return any(map(wake.listens, self.folder.wakes.glob("*.sock")))
        return any(member.gone is None for member in self.store.roll.members())


def noted(folder: SiteFolder, kind: str, body: Mapping[str, object]) -> None:
    """One entry more in the ledger, of what whoever may write the site's folder does."""
    Ledger(folder.ledger).append(kind, body, who="the operator", at=clock.now())


@contextmanager
def opened(folder: SiteFolder) -> Iterator[OpenSite]:
    """The site's parts until the block ends; errors as each part tells them."""
    policy = policies.load(folder.policy)
    with Store(folder.database, make=False) as store:
        yield OpenSite(
            folder,
            policy,
            store,
            Ledger(folder.ledger),
            Repositories(folder.repositories, os.environ),
        )
