"""The demo."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from cli import console
from job_runner import hearing

MODELS = ("omop", "i2b2", "edsh")
"""Those of ``cli.demo.scenes``, told without importing it."""

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@click.command()
@click.option(
    "--folder",
    default="demo",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to play. A folder that an earlier demo made is emptied first.",
)
@click.option(
    "--model",
    default="omop",
    show_default=True,
    type=click.Choice(MODELS),
    help="Whose records the site has, and so which study is played.",
)
@click.option("--stay", is_flag=True, help="Keep the site up afterwards, until Ctrl-C.")
def demo(folder: Path, model: str, stay: bool) -> None:
    """The whole loop on one machine, on public records.

    A study is made, tried on dummy data, submitted to a site with real (synthetic, public)
    records, checked, reviewed and released. Every command is shown as it is run.
    """
    from cli.demo.play import play
    from cli.demo.scenes import SCENES
    from cli.demo.stage import environment_with, prepare

    stage = prepare(folder.resolve(), environment_with(PYTHONUNBUFFERED="1"))
    for ending in ENDINGS:
        if signal.getsignal(ending) is not signal.SIG_IGN:
            signal.signal(ending, _end)
    play(stage, SCENES[model], stay=_stay if stay else None)


def _end(_signal: int, _frame: FrameType | None) -> None:
    """As Ctrl-C, but once: a second one mustn't cut short the cleaning up."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt


def _stay(url: str) -> None:
    for line in (
        "",
        "The site stays up until Ctrl-C.",
        f"  the public record       {url}/",
        f"  review, as bilal or chloé {url}/releases (tokens are in the folder tokens)",
    ):
        console.say(line)
    hearing.wait(threading.Event())
