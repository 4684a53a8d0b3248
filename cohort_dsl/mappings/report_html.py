"""What was found, as one page that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
from datetime import date
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cohort_dsl.mappings.description import Description
from cohort_dsl.mappings.report import Report


def checked(report: Report, day: date | None = None) -> str:
    """A check's report."""
    return page("check.html", report=report, day=day, status=_status)


def described(description: Description) -> str:
    """What a site serves."""
    return page("description.html", description=description)


def _status(one: Any) -> Markup:
    """A word, and its colour for those who see it."""
    word = one.status.word
    return Markup('<span class="status {0}">{0}</span>').format(word)


def page(template: str, **told: Any) -> str:
    """A page of ours: with its style inside, and without scripts."""
    style = files("cohort_dsl.mappings").joinpath("pages/style.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    pages = Environment(
        loader=PackageLoader("cohort_dsl.mappings", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(template).render(
        told,
        style=Markup(style),  # noqa: S704 - our own
        digest=Markup(f"sha256-{digest}"),  # noqa: S704 - our own
    )
