"""The commands there are, and the page that lists them, shown before any import.

Plain text of our own, which click shows as well; so there is one page, whoever prints it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping


class Entry:
    """A command: where it is written, what it is for, and whom it serves."""

    def __init__(self, module: str, summary: str, audience: str) -> None:
        self.module, self.summary, self.audience = module, summary, audience


RESEARCHER = "Researchers, on their own machine"
SITE = "The site's custodian"
CHECKER = "Output checkers"
EVERYONE = "Everyone"

COMMANDS: Mapping[str, Entry] = {
    "init": Entry("study", "Make a new study that works.", RESEARCHER),
    "check": Entry("study", "Check a project file or a cohort definition.", RESEARCHER),
    "project": Entry("project", "Check or draw a project file.", RESEARCHER),
    "codelists": Entry("codelists", "Fetch codelists; hold them by hash.", RESEARCHER),
    "assure": Entry("assure", "Try a definition on patients you made up.", RESEARCHER),
    "explain": Entry("explain", "Show how a question is answered.", RESEARCHER),
    "dummy-data": Entry("trying", "Make dummy tables for a definition.", RESEARCHER),
    "run": Entry("runs", "Run actions here, on dummy data.", RESEARCHER),
    "logs": Entry("looking", "Show what actions printed here.", RESEARCHER),
    "shell": Entry("looking", "Open an image on the study, as actions see it.", RESEARCHER),
    "submit": Entry("remote", "Send actions of a commit to a site.", RESEARCHER),
    "status": Entry("remote", "Show your requests and their jobs.", RESEARCHER),
    "cancel": Entry("remote", "Stop a request's jobs, or one of them.", RESEARCHER),
    "release": Entry("remote", "Ask for a request's outputs to be released.", RESEARCHER),
    "review": Entry("review", "See, approve or return release requests.", CHECKER),
    "disclosure": Entry(
        "disclosure", "Hide cells of a table safely; attack hidden ones.", CHECKER
    ),
    "site": Entry("site", "Make a site; add and remove people.", SITE),
    "warehouse": Entry("warehouse", "Check and describe what the warehouse serves.", SITE),
    "serve": Entry("serving", "Serve requests, review pages, the public record.", SITE),
    "runner": Entry("runner", "Run the jobs of a site.", SITE),
    "ledger": Entry("ledger", "Verify and show the site's ledger.", SITE),
    "engine": Entry("platform", "Find, start and stop a container engine.", SITE),
    "images": Entry("platform", "Build and list the images actions run in.", SITE),
    "demo": Entry("demo", "The whole loop on one machine, on public records.", EVERYONE),
    "completion": Entry("completion", "Print a shell completion script.", EVERYONE),
}

ABOUT = """Usage: strongroom [OPTIONS] COMMAND [ARGS]...

  Analyse a hospital's records without ever seeing them.

  Write a cohort definition and an analysis against dummy data, send them to the
  site that holds the records, and get back tables that a checker has verified
  and two people have approved.

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.
"""
TOUR = """
  A first tour, with records that anybody may see:   strongroom demo
  A study of your own:                               strongroom init my-study"""


def page() -> str:
    """What ``strongroom --help`` says."""
    audiences = dict.fromkeys(entry.audience for entry in COMMANDS.values())
    lines = [line for audience in audiences for line in _section(audience)]
    return "\n".join((ABOUT.rstrip(), *lines, TOUR))


def _section(audience: str) -> Iterator[str]:
    yield f"\n{audience}:"
    width = max(map(len, COMMANDS))
    for name, entry in COMMANDS.items():
        if entry.audience == audience:
            yield f"  {name:{width}}  {entry.summary}"
