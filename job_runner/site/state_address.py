"""Where a site keeps its state, as its policy says: a server's address, and no password."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from job_runner.site.settings_yaml import Section, read

REMEDY = (
    "write 'database: postgresql://USER@HOST/NAME?passfile=/FILE', with the password in "
    "that file, or leave it out for a file of the site's own"
)


def database(section: Section) -> str | None:
    """The address under ``database``, if there is one; mistakes are complained of."""
    text = section.text("database", required=False)
    if not text:
        return None
    problem = _problem(text)
    if problem:
        section.complain(section.line_of("database"), problem, REMEDY)
        return None
    return text


def database_in(policy: Path) -> str | None:
    """The same, of a policy of which nothing else is read; None also for one that isn't
    there. SettingsError."""
    try:
        text = policy.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return read(text, str(policy), database)


def _problem(text: str) -> str | None:
    """Never with the text itself: it may hold a password."""
    try:
        url = urlsplit(text)
        password, query = url.password, parse_qs(url.query)
    except ValueError:
        return "'database' isn't an address"
    if url.scheme != "postgresql":
        return "'database' isn't an address of PostgreSQL's"
    if password is not None or "password" in query:
        return "'database' has a password in it, and policies are shown to people"
    return None if url.path.strip("/") or "service" in query else "'database' names none"
