"""A site's memory of who was counted in what left, and its own list of what left."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from cli.compose.folder import SiteFolder
from job_runner.ledger import Entry
from output_checker.differencing.memory import Memory, Past
from output_checker.differencing.noted import CELLS, Promised
from output_checker.errors import NotRemembered
from output_checker.review.request import Status
from output_checker.review.store import Store


def memory(site: SiteFolder) -> Memory:
    """The site's folder of counted people, under a key made of the site's secret."""
    key = hmac.new(site.secret("seal"), b"counted people", "sha256").digest()
    return Memory(site.counted, key)


def past(site: SiteFolder, reviews: Store) -> Past:
    """What left until now, and what two people let leave, by the list of the reviews."""
    left, leaving = (
        tuple(request.id for request in reviews.in_status(status))
        for status in (Status.RELEASED, Status.APPROVED)
    )
    return Past(memory(site), left, leaving)


def remembered(site: SiteFolder, entries: Iterable[Entry]) -> int:
    """Of how many released tables the ledger says whom they count, and it is still so.

    NotRemembered with every table whose people are gone, or aren't those that were noted.
    """
    promised = Promised()
    for entry in entries:
        if entry.kind == CELLS:
            promised.add(entry.body)
    if broken := list(promised.broken(memory(site))):
        raise NotRemembered(
            "the ledger is sound, but who was counted isn't as it says: "
            + "; ".join(broken),
            where=str(site.counted),
            remedy="Restore this folder from a sound copy; until then nothing is released.",
        )
    return len(promised)
