"""A researcher's side of a site: submit, follow, cancel, ask for release."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli import console, following, git, signing
from cli.client import Client, connect, connection
from cli.failures import JobsFailed
from job_runner.jobs.job import TERMINAL, Failure
from job_runner.requests.request import Priority, Submission

ENDED = {state.value for state in TERMINAL}


@click.command()
@click.argument("actions", nargs=-1)
@connection
@click.option(
    "--study",
    default=".",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The study's folder.",
    show_default=True,
)
@click.option("--repository", help="Where the site fetches from [default: git's origin].")
@click.option("--commit", help="The commit to run [default: the last one].")
@click.option("--project", help="The site's name for the study, where it has several.")
@click.option("--purpose", default="", help="What for, in a sentence: it is on the record.")
@click.option(
    "--priority",
    default=Priority.NORMAL.value,
    show_default=True,
    type=click.Choice([priority.value for priority in Priority]),
    help="How urgent it is; what that is worth, the site decides.",
)
@click.option(
    "--key",
    envvar="STRONGROOM_KEY",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="Your SSH key, or the public one of a key that your agent holds "
    "[default: as ssh looks for it].",
)
@click.option("--wait", is_flag=True, help="Stay until every job has ended.")
@console.json_option
def submit(
    actions: tuple[str, ...],
    server: str,
    token_file: Path,
    study: Path,
    repository: str | None,
    commit: str | None,
    project: str | None,
    purpose: str,
    priority: str,
    key: Path | None,
    wait: bool,
    as_json: bool,
) -> None:
    """Send ACTIONS of a commit to a site (all of them, if none is named).

    The site fetches the commit itself, so it must be pushed to a repository that the site
    allows. Nothing else is sent: no data, no result, no credentials. The request is signed
    with your SSH key, whose public part the site's custodian has.
    """
    client = connect(server, token_file)
    changed = git.uncommitted(study) if commit is None else []
    if changed:
        console.note(f"Not committed, so not submitted: {', '.join(changed[:5])}")
    asked = Submission(
        repository or _origin(study),
        commit or git.git(study, "rev-parse", "HEAD"),
        actions or ("run_all",),
        project,
        purpose,
        Priority(priority),
    )
    found = client.post("/api/requests", signing.body(client.get("/api/site"), asked, key))
    if wait:
        found = _follow(client, found, quiet=as_json)
    console.report(found, _lines(found), as_json=as_json)
    if wait:
        _demand_success(found)


def _origin(study: Path) -> str:
    remotes = git.git(study, "remote").split()
    if "origin" in remotes:
        return git.git(study, "remote", "get-url", "origin")
    return str(study.resolve())


def _demand_success(found: Mapping[str, Any]) -> None:
    failed = {job["action"]: job["failure"] for job in found["jobs"] if job["failure"]}
    if failed:
        raise JobsFailed({action: Failure(why) for action, why in failed.items()})


def _follow(client: Client, found: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Wait for every job's end: a table that is drawn anew on a terminal, else lines."""
    with following.shown(quiet=quiet) as draw:
        while True:
            draw(_lines(found), {job["action"]: _state(job) for job in found["jobs"]})
            if all(job["state"] in ENDED for job in found["jobs"]):
                return found
            path = f"/api/requests/{found['id']}"
            found = client.get(path, wait=25, after=found["sequence"])


def _state(job: Mapping[str, Any]) -> str:
    reason = job.get("failure") or job.get("waiting_for")
    return f"{job['state']} ({reason})" if reason else str(job["state"])


def _lines(found: Mapping[str, Any]) -> list[str]:
    rows = [[job["action"], _state(job), job["id"]] for job in found["jobs"]]
    head = f"Request {found['id']} of commit {found['commit'][:12]}"
    return [head, *console.table(["action", "state", "job"], rows)]


@click.command()
@click.argument("request_id", metavar="[REQUEST]", required=False)
@connection
@click.option(
    "--watch", is_flag=True, help="Stay until every job has ended, and show each change."
)
@console.json_option
def status(
    request_id: str | None, server: str, token_file: Path, watch: bool, as_json: bool
) -> None:
    """Show REQUEST and its jobs, or all your requests."""
    if watch and request_id is None:
        raise click.UsageError("--watch takes a REQUEST; strongroom status lists them.")
    client = connect(server, token_file)
    if request_id is None:
        found = client.get("/api/requests")
        rows = [
            [r["id"], r["project"], r["commit"][:12], " ".join(r["actions"]), r["state"]]
            for r in found["requests"]
        ]
        heads = ["request", "project", "commit", "actions", "state"]
        console.report(found, console.table(heads, rows), as_json=as_json)
        return
    one = client.get(f"/api/requests/{request_id}")
    if watch:
        one = _follow(client, one, quiet=as_json)
    console.report(one, _lines(one), as_json=as_json)
    if watch:
        _demand_success(one)


@click.command()
@click.argument("wanted", metavar="REQUEST|JOB")
@connection
@console.json_option
def cancel(wanted: str, server: str, token_file: Path, as_json: bool) -> None:
    """Stop all jobs of REQUEST that haven't ended, or one JOB and what needs it.

    A job is named by its request and its place in it, such as abcdefghjkmn-0002: status
    shows it. At home, Ctrl-C stops strongroom run.
    """
    client = connect(server, token_file)
    request, dash, _ = wanted.rpartition("-")
    below = f"{request}/jobs/{wanted}" if dash else wanted
    found = client.post(f"/api/requests/{below}/cancel", {})
    console.report(found, _lines(found), as_json=as_json)


@click.command()
@click.argument("request_id", metavar="REQUEST")
@connection
@click.option("--context", default="", help="What the tables are for: read by reviewers.")
@click.option("--file", "files", multiple=True, help="Only this output (repeatable).")
@console.json_option
def release(
    request_id: str,
    server: str,
    token_file: Path,
    context: str,
    files: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ask for the outputs of REQUEST to be released.

    The checker has recomputed every claimed table from the cohort. What it passes goes to
    two reviewers; what it refuses stays, and is listed with the reason.
    """
    client = connect(server, token_file)
    body: dict[str, object] = {"request_id": request_id, "context": context}
    if files:
        body["files"] = list(files)
    found = client.post("/api/releases", body)
    console.report(found, release_lines(found), as_json=as_json)


def release_lines(found: Mapping[str, Any]) -> list[str]:
    """A release request for people: its status, its files, what was refused."""
    lines = [f"Release request {found['id']}: {found['status']}"]
    lines += [f"  {file['path']}: {file['outcome']}" for file in found["files"]]
    for refused in found.get("refused", []):
        lines.append(f"  {refused['path']}: refused")
        lines += [f"    {reason}" for reason in refused["reasons"]]
    return lines
