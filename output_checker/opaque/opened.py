"""A file without a claim: what it is, what could leave of it, whom its words may be of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from output_checker.checks.subjects import Opaque
from output_checker.opaque import anew, characters, content, layout, pictures
from output_checker.opaque.scan import Scan, scan
from output_checker.policy import Policy
from output_checker.report import Form, Rewritten
from output_checker.verify.cohort import Cohort, Unverifiable

MOST_TEXT = 200_000
MOST = 5_000_000
"""Bytes that are looked into, of a text and of a picture."""
TABLES = ("csv", "tsv")

Cohorts = Callable[[], Iterable[Cohort]]


def opaque(path: str, data: bytes, policy: Policy, cohorts: Cohorts) -> Opaque:
    """The file for its checks. ``data``: its bytes, or the first of a larger one's."""
    kind = content.kind_of(data)
    if kind in (content.PNG, content.JPEG):
        return _picture(Opaque(path, kind, policy, Form.PICTURE), data)
    if kind is not content.TEXT:
        return Opaque(path, kind, policy)
    return _text(path, data, policy, cohorts)


def ending(path: str) -> str:
    """What the file's name says that it is."""
    return PurePosixPath(path).suffix.lstrip(".").lower()


def _picture(file: Opaque, data: bytes) -> Opaque:
    try:
        _bounded(data, MOST)
        drawn = pictures.anew(data)
    except layout.Unfit as error:
        return Opaque(file.path, file.kind, file.policy, file.form, unfit=str(error))
    rewritten = Rewritten.of(Form.PICTURE, drawn)
    return Opaque(file.path, file.kind, file.policy, file.form, rewritten=rewritten)


def _text(path: str, data: bytes, policy: Policy, cohorts: Cohorts) -> Opaque:
    form = Form.TABLE if ending(path) in TABLES else Form.TEXT
    try:
        _bounded(data, MOST_TEXT)
        lines = characters.read(data)
    except characters.Unseen as error:
        return Opaque(path, content.TEXT, policy, form, unseen=str(error))
    except layout.Unfit as error:
        return Opaque(path, content.TEXT, policy, form, unfit=str(error))
    rewritten, unfit = None, ""
    try:
        rewritten = Rewritten.of(form, _anew(form, lines, policy))
    except layout.Unfit as error:
        unfit = str(error)
    return Opaque(
        path,
        content.TEXT,
        policy,
        form,
        unfit=unfit,
        rows=layout.columns(lines),
        scans=_scans(lines, policy, cohorts),
        rewritten=rewritten,
    )


def _anew(form: Form, lines: tuple[str, ...], policy: Policy) -> bytes:
    if form is Form.TABLE:
        return anew.table(layout.table(lines), policy.opaque_lines)
    return anew.text(lines, policy.opaque_lines)


def _scans(
    lines: tuple[str, ...], policy: Policy, cohorts: Cohorts
) -> tuple[Scan, ...] | None:
    """Whole lines as well as their parts: a note may have commas in it."""
    parts = [cell for row in layout.columns(lines) for cell in row]
    try:
        return tuple(
            scan([*parts, *lines], cohort, policy.threshold) for cohort in cohorts()
        )
    except Unverifiable:
        return None


def _bounded(data: bytes, most: int) -> None:
    if len(data) > most:
        raise layout.Unfit(f"it has more than {most:,} bytes")
