"""Start here: parse, run, and turn every error into a message and an exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType

import click

from cli import console, exits
from cli.commands import strongroom
from cohort_dsl.errors import StrongroomError
from job_runner.errors import PlatformError
from output_checker.errors import CheckerError


def main(arguments: Sequence[str], tree: click.Group = strongroom) -> int:
    """Run one command of the tree; returns the exit code. Errors are printed."""
    as_json = "--json" in arguments
    try:
        words = list(arguments)
        ended = tree.main(args=words, prog_name="strongroom", standalone_mode=False)
        # What a command ends with, where it says so itself, is all that click gives.
        return ended if isinstance(ended, int) else exits.OK
    except (click.Abort, KeyboardInterrupt):
        console.fail({"kind": "Interrupted"}, "Stopped.", as_json=as_json)
        return exits.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return exits.USAGE
    except (StrongroomError, CheckerError) as error:
        console.fail(_told(error), str(error), as_json=as_json)
        return exits.code_of(error)
    except BrokenPipeError:
        sys.stdout = None  # nobody reads: don't flush at exit
        return exits.OK
    except OSError as error:
        refused = _refused(error)
        console.fail(_told(refused), str(refused), as_json=as_json)
        return exits.code_of(refused)
    except Exception as error:  # noqa: BLE001  the last net: an error of our own
        return _our_own(error, as_json=as_json)


_PLACE = ("line", "column")


def _told(error: StrongroomError | CheckerError) -> dict[str, object]:
    """An error for programs; where it holds several, each of them as well."""
    told: dict[str, object] = {
        "kind": type(error).__name__,
        "where": error.where,
        "problem": error.problem,
        "remedy": error.remedy,
    }
    told |= {part: getattr(error, part) for part in _PLACE if hasattr(error, part)}
    several = getattr(error, "errors", ())
    return {**told, "errors": [_told(one) for one in several]} if several else told


def _refused(error: OSError) -> PlatformError:
    """A file or folder that isn't as a command needs it."""
    return PlatformError(
        error.strerror or type(error).__name__,
        where=os.fsdecode(error.filename or "this machine"),
        remedy="Is the path right, may you write there, and has the disk room?",
    )


def _our_own(error: Exception, *, as_json: bool) -> int:
    """Name the kind and place only: an unknown message may carry a person's value."""
    if os.environ.get("STRONGROOM_TRACEBACK") == "1":
        traceback.print_exc()
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{os.path.basename(frame.filename)} line {frame.lineno}"
    text = (
        f"{where}: {type(error).__name__}, a mistake of Strongroom's own\n"
        "  Please report it with this line. STRONGROOM_TRACEBACK=1 shows more, "
        "which may include records: keep that on the secure side."
    )
    told = {"kind": type(error).__name__, "where": where}
    console.fail(told, text, as_json=as_json)
    return exits.INTERNAL


def entrypoint() -> None:
    """What the installed command ``strongroom`` calls."""
    _on_the_end(_interrupt)
    sys.exit(main(sys.argv[1:]))


ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _on_the_end(handler: Callable[[int, FrameType | None], None]) -> None:
    """Handle every polite way of being ended, but for those that nohup or & turned off."""
    for number in ENDS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Being told to end is like Ctrl-C: what was started is stopped on the way out."""
    _on_the_end(_patience)
    raise KeyboardInterrupt


def _patience(_signal: int, _frame: FrameType | None) -> None:
    """A second Ctrl-C would leave containers and an engine behind: it is answered."""
    os.write(2, b"\nStopping already; what was started is being stopped.\n")


if __name__ == "__main__":
    entrypoint()
