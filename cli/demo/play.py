"""The demo's acts, in order: each says what happens, then does it with real commands."""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli import boxes, console, git
from cli.compose.folder import SiteFolder
from cli.demo.scenes import Scene
from cli.demo.stage import MARK, Stage, await_ready, background, make_key, run
from job_runner.images.build import USUAL

RESEARCHER, REVIEWERS, OPERATOR = "ana", ("bilal", "chloé"), "omar"
DUMMY_PATIENTS = "300"


PAGES = "/ for the public, /releases for reviewers"


@dataclass(frozen=True)
class Ending:
    """What the last lines tell."""

    url: str
    request: str
    release: str
    bundle: Path


def play(
    stage: Stage, scene: Scene, *, stay: Callable[[str], None] | None = None
) -> Ending:
    """The whole loop. ``stay``: called with the site's address while it is still up."""
    began = time.monotonic()
    ours = SiteFolder(stage.site).boxes
    with boxes.ready(ours, USUAL, console.say) as ready, left_empty(ready):
        act(1, "A container engine, and images to run in, made without any registry.")
        from cli.commands.platform import engine_lines

        for line in engine_lines(ready.engine):
            console.say(f"  {line}")
        make_study(stage, scene)
        try_on_dummy_data(stage)
        make_site(stage, scene)
        with serving(stage) as url:
            request = submit(stage, url, scene)
            release = ask_for_release(stage, url, request, scene)
            decide(stage, url, release)
            ending = Ending(url, request, release, bundle(stage))
            run(stage, "ledger", "verify", stage.site)
            epilogue(stage, ending, time.monotonic() - began)
            if stay:
                stay(url)
    return ending


@contextmanager
def left_empty(ready: boxes.Boxes) -> Iterator[None]:
    """A runner that is stopped lets its boxes run on for the next one; here is none."""
    try:
        yield
    finally:
        for run_id in ready.executor.run_ids():
            ready.executor.remove(run_id)


def act(number: int, told: str) -> None:
    """The heading of an act."""
    console.say()
    console.say(f"{number}. {told}")


def make_study(stage: Stage, scene: Scene) -> None:
    act(2, "A study from the template: a cohort definition, codelists, an analysis.")
    run(stage, "init", stage.study)
    if scene.study is not None:
        scene.make_study(stage.study)
        git.commit_all(stage.study, "Ask another question")
        console.say(f"  (put a study of {scene.project} in the template's place)")
    (stage.study / ".git" / MARK).touch()


def try_on_dummy_data(stage: Stage) -> None:
    act(3, "The researcher tries it on dummy patients, made from the definition alone.")
    run(
        stage,
        *("dummy-data", "analysis/dataset_definition.py", "--size", DUMMY_PATIENTS),
        *("--output", "dummy_tables"),
        cwd=stage.study,
    )
    run(stage, "run", "run_all", "--dummy-tables", "dummy_tables", cwd=stage.study)
    console.say("  Now the researcher also tries to release a file with a row per patient:")
    switch_on_rows(stage.study / "project.yaml")
    git.commit_all(stage.study, "Try to release rows")
    console.say("  (uncommented the action 'rows' in project.yaml, and committed it)")


def switch_on_rows(project: Path) -> None:
    """Take the # from the commented action at the end of the project file."""
    text = project.read_text(encoding="utf-8")
    before, mark, commented = text.partition("  # rows:\n")
    rows = re.sub(r"(?m)^  # ", "  ", mark + commented)
    project.write_text(before + rows, encoding="utf-8")


def make_site(stage: Stage, scene: Scene) -> None:
    act(4, f"A site with a warehouse: {scene.records}.")
    run(
        stage,
        *("site", "init", stage.site, "--name", "demo", "--mapping", scene.model),
        *("--database", scene.database(stage.folder)),
        *(word for table in scene.empty for word in ("--empty-table", table)),
        *("--project", scene.project, "--repository", stage.study),
    )
    run(stage, "warehouse", "check", stage.site, quiet=True)
    console.say("  $ strongroom warehouse check site   (its mapping fits)")
    make_key(stage, RESEARCHER)
    people = [(RESEARCHER, "researcher"), (OPERATOR, "operator")]
    people += [(name, "reviewer") for name in REVIEWERS]
    for name, role in people:
        secrets: list[str | Path] = ["--token-file", stage.token_file(name)]
        if name == RESEARCHER:
            secrets += ["--key", stage.key(name).with_suffix(".pub")]
        run(stage, "site", "person", "add", name, stage.site, "--role", role, *secrets)


@contextmanager
def serving(stage: Stage) -> Iterator[str]:
    """The site's two processes, up for the length of the block."""
    state = stage.site / "state"
    logs = stage.folder / "logs"
    with (
        background(stage, "serve", "serve", stage.site, "--port", "0") as server,
        background(stage, "runner", "runner", stage.site) as runner,
    ):
        await_ready(server, state / "serve.json", logs / "serve.log")
        await_ready(runner, state / "runner.json", logs / "runner.log")
        url = json.loads((state / "serve.json").read_text(encoding="utf-8"))["url"]
        console.say(f"  The site answers at {url}")
        yield url


def as_person(stage: Stage, url: str, name: str) -> Sequence[str | Path]:
    """The options by which a command is somebody's."""
    return ("--server", url, "--token-file", stage.token_file(name))


def submit(stage: Stage, url: str, scene: Scene) -> str:
    act(5, "The researcher signs a request. The site fetches the commit and does the rest.")
    run(
        stage,
        *("submit", "run_all", "--study", stage.study, "--wait"),
        *("--purpose", scene.purpose),
        *("--key", stage.key(RESEARCHER), *as_person(stage, url, RESEARCHER)),
    )
    told = run(stage, "status", "--json", *as_person(stage, url, RESEARCHER), quiet=True)
    return str(json.loads(told)["requests"][0]["id"])


def ask_for_release(stage: Stage, url: str, request: str, scene: Scene) -> str:
    act(6, "Every claim was recomputed from the cohort. The researcher asks for release.")
    told = run(
        stage,
        *("release", request, "--context", scene.context),
        *as_person(stage, url, RESEARCHER),
    )
    return str(re.findall(r"Release request (\w+)", told)[0])


def decide(stage: Stage, url: str, release: str) -> None:
    act(7, "Two reviewers see what would leave, and decide; neither sees the other's vote.")
    first, second = REVIEWERS
    run(stage, "review", "show", release, *as_person(stage, url, first))
    for name in (first, second):
        reason = ("--reason", "As planned in the protocol")
        run(stage, "review", "approve", release, *reason, *as_person(stage, url, name))


def bundle(stage: Stage) -> Path:
    """The released bundle, its files listed."""
    (found,) = (path for path in (stage.site / "outbox").iterdir() if path.is_dir())
    for path in sorted(p for p in found.rglob("*") if p.is_file()):
        console.say(f"    {path.relative_to(stage.folder)}  {path.stat().st_size} bytes")
    return found


def epilogue(stage: Stage, ending: Ending, seconds: float) -> None:
    path = stage.environment.get("PATH")
    program = console.program(path, Path(sys.executable), Path.cwd())
    site, folder = shlex.quote(str(stage.site)), shlex.quote(str(stage.folder))
    console.say()
    console.say(f"Done in {seconds:.0f} s. What happened, and what there is to see:")
    for line in (
        "dummy data, definition, analysis, and a commit that asks for one file too many;",
        "a query from a sandbox, a cohort beside the data, tables from a locked container;",
        "one small cell hidden, and the two that would give it away; the rows refused;",
        f"two approvals, and one bundle: {ending.bundle}",
        f"the record: {program} ledger show {site}",
        f"the pages: {program} demo --folder {folder} --stay, then {PAGES}",
    ):
        console.say(f"  - {line}")
