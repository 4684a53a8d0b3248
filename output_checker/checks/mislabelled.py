"""A file's name must say what its bytes are: people judge by names, and so do programs."""

from __future__ import annotations

from collections.abc import Iterator

from output_checker.checks.subjects import Opaque
from output_checker.opaque.content import ENDINGS
from output_checker.opaque.opened import ending
from output_checker.report import Finding, Verdict


def check(subject: Opaque) -> Iterator[Finding]:
    """A name that ends as other files' names do, or as no files' that may leave."""
    kind, named = subject.kind, ENDINGS.get(ending(subject.path))
    if named is kind:
        return
    says = f"that it is {named.name}" if named else "nothing that is known here"
    endings = ", ".join(f".{one}" for one in kind.endings)
    yield Finding(
        check="mislabelled",
        verdict=Verdict.FAIL,
        reason=f"By its bytes this file is {kind.name}; its name says {says}.",
        remedy=f"Let the name of such a file end with one of {endings}.",
    )
