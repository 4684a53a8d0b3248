"""A site's memory of who was counted in what left, and its own list of what left."""

from __future__ import annotations

import hmac

from cli.compose.folder import SiteFolder
from output_checker.differencing.memory import Memory, Past
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
