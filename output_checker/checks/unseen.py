"""What people can't see, they can't judge: other encodings, control characters, characters
of no width or that turn text around."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.report import Finding, Verdict


def check(subject: Opaque) -> Iterator[Finding]:
    """Text that isn't all plain, visible text."""
    if subject.unseen:
        yield Finding(
            check="unseen",
            verdict=Verdict.FAIL,
            reason=f"This isn't text that people can read: {subject.unseen}.",
            remedy="Write it in UTF-8, in letters, signs and spaces that can be seen.",
        )
