"""An output checker's side of a site, without a browser."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from cli import console
from cli.client import connect, connection
from cli.commands.remote import release_lines
from output_checker import report_text
from output_checker.review.request import Because

HIDDEN = {"primary": "[small]", "complementary": "[complement]"}


@click.group()
def review() -> None:
    """See, approve or return release requests.

    Two reviewers decide, and neither sees the other's vote before both have voted. The
    same is done in the browser, on the site's pages.
    """


@review.command("list")
@connection
@console.json_option
def review_list(server: str, token_file: Path, as_json: bool) -> None:
    """Show the release requests that you may see."""
    found = connect(server, token_file).get("/api/releases")
    rows = [
        [r["id"], r["project"], r["author"], r["status"], str(r["votes_in"]), r["title"]]
        for r in found["releases"]
    ]
    heads = ["release", "project", "author", "status", "votes", "title"]
    console.report(found, console.table(heads, rows), as_json=as_json)


@review.command("show")
@click.argument("release_id", metavar="RELEASE")
@connection
@console.json_option
def review_show(release_id: str, server: str, token_file: Path, as_json: bool) -> None:
    """Show what would leave with RELEASE, and what the checker found."""
    found = connect(server, token_file).get(f"/api/releases/{release_id}")
    console.report(found, [*release_lines(found), *_reports(found)], as_json=as_json)


def _reports(found: Mapping[str, Any]) -> Iterator[str]:
    for entry in found.get("reports") or ():
        yield ""
        yield f"{entry['path']}: {entry['verification']}"
        for finding in entry["findings"]:
            yield f"  {finding['check']}: {finding['reason']}"
        if entry["table"]:
            yield from _table(entry["table"])
        if entry["rewritten"]:
            shown = entry["rewritten"]
            yield from report_text.anew(shown["form"], shown["content"])


def _table(table: Mapping[str, Any]) -> Iterator[str]:
    heads = [*table["dimensions"], *table["measures"], "an attacker learns"]
    rows = [
        [
            *("Total" if level is None else str(level) for level in cell["levels"]),
            *(_number(cell, measure) for measure in table["measures"]),
            _interval(cell),
        ]
        for cell in table["cells"]
    ]
    yield f"  {table['title']}"
    yield from (f"    {line}" for line in console.table(heads, rows))
    yield f"  {table['protection']}"


def _number(cell: Mapping[str, Any], measure: str) -> str:
    if cell["hidden"]:
        return HIDDEN[cell["hidden"]]
    value = cell["values"][measure]
    return "" if value is None else f"{value:g}"


def _interval(cell: Mapping[str, Any]) -> str:
    if not cell["interval"]:
        return ""
    low, high = cell["interval"]
    return f"{low:g} to {high:g}"


@review.command("approve")
@click.argument("release_id", metavar="RELEASE")
@connection
@click.option("--reason", default="", help="Needed where the checker asks for judgement.")
@console.json_option
def review_approve(
    release_id: str, server: str, token_file: Path, reason: str, as_json: bool
) -> None:
    """Vote for the release of RELEASE. The second approval releases it."""
    _vote(server, token_file, release_id, {"vote": "approve", "reason": reason}, as_json)


@review.command("return")
@click.argument("release_id", metavar="RELEASE")
@connection
@click.option("--reason", required=True, help="Why, for the other reviewer and the record.")
@click.option(
    "--because",
    type=click.Choice([because.value for because in Because]),
    default=Because.OTHER.value,
    show_default=True,
    help="What the author is told.",
)
@console.json_option
def review_return(
    release_id: str,
    server: str,
    token_file: Path,
    reason: str,
    because: str,
    as_json: bool,
) -> None:
    """Vote to return RELEASE to its author."""
    body = {"vote": "return", "reason": reason, "because": because}
    _vote(server, token_file, release_id, body, as_json)


def _vote(
    server: str,
    token_file: Path,
    release_id: str,
    body: Mapping[str, object],
    as_json: bool,
) -> None:
    found = connect(server, token_file).post(f"/api/releases/{release_id}/votes", body)
    lines = [f"Your vote is in. {release_lines(found)[0]}"]
    if found.get("bundle"):
        lines.append(f"Released: {found['bundle']['name']} in the site's outbox.")
    console.report(found, lines, as_json=as_json)
