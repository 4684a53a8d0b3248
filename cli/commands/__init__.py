"""The command tree. A command's module is imported only when the command is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version

import click


@dataclass(frozen=True)
class Entry:
    """A command: where it is written, what it is for, and whom it serves."""

    module: str
    summary: str
    audience: str


RESEARCHER = "Researchers, on their own machine"
SITE = "The site's custodian"
CHECKER = "Output checkers"
EVERYONE = "Everyone"

COMMANDS: Mapping[str, Entry] = {
    "init": Entry("study", "Make a new study that works.", RESEARCHER),
    "check": Entry("study", "Check a project file or a cohort definition.", RESEARCHER),
    "assure": Entry("assure", "Try a definition on patients you made up.", RESEARCHER),
    "explain": Entry("explain", "Show how a question is answered.", RESEARCHER),
    "dummy-data": Entry("trying", "Make dummy tables for a definition.", RESEARCHER),
    "run": Entry("trying", "Run actions here, on dummy data.", RESEARCHER),
    "submit": Entry("remote", "Send actions of a commit to a site.", RESEARCHER),
    "status": Entry("remote", "Show your requests and their jobs.", RESEARCHER),
    "cancel": Entry("remote", "Stop a request's jobs.", RESEARCHER),
    "release": Entry("remote", "Ask for a request's outputs to be released.", RESEARCHER),
    "review": Entry("review", "See, approve or return release requests.", CHECKER),
    "disclosure": Entry(
        "disclosure", "Hide cells of a table safely; attack hidden ones.", CHECKER
    ),
    "site": Entry("site", "Make a site; add and remove people.", SITE),
    "warehouse": Entry("warehouse", "Check the warehouse against its mapping.", SITE),
    "serve": Entry("serving", "Serve requests, review pages, the public record.", SITE),
    "runner": Entry("runner", "Run the jobs of a site.", SITE),
    "ledger": Entry("ledger", "Verify and show the site's ledger.", SITE),
    "engine": Entry("platform", "Find, start and stop a container engine.", SITE),
    "images": Entry("platform", "Build and list the images actions run in.", SITE),
    "demo": Entry("demo", "The whole loop on one machine, on public records.", EVERYONE),
    "completion": Entry("completion", "Print a shell completion script.", EVERYONE),
}


class Commands(click.Group):
    """Commands by audience; modules imported late, so that ``--help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"cli.commands.{entry.module}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for audience in dict.fromkeys(entry.audience for entry in COMMANDS.values()):
            with formatter.section(audience):
                formatter.write_dl(
                    [
                        (name, entry.summary)
                        for name, entry in COMMANDS.items()
                        if entry.audience == audience
                    ]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS:
            ctx.fail(unknown(args[0], list(COMMANDS)))
        return super().resolve_command(ctx, args)


def unknown(name: str, known: list[str]) -> str:
    """What to say about a command that isn't there."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no command {name!r}.{hint} See strongroom --help."


EPILOG = """\b
A first tour, with records that anybody may see:   strongroom demo
A study of your own:                               strongroom init my-study
"""


@click.group(cls=Commands, epilog=EPILOG)
@click.version_option(version("strongroom"), prog_name="strongroom")
def strongroom() -> None:
    """Analyse a hospital's records without ever seeing them.

    Write a cohort definition and an analysis against dummy data, send them to the site
    that holds the records, and get back tables that a checker has verified and two people
    have approved.
    """
