"""What the installed command calls: its list at once, all else by ``__main__``."""

from __future__ import annotations

import sys

from cli import listing


def entrypoint() -> None:
    """The list of commands is shown before anything is imported that it doesn't need."""
    if sys.argv[1:] == ["--help"]:
        _show(listing.page())
        return
    from cli import __main__

    __main__.entrypoint()


def _show(page: str) -> None:
    try:
        sys.stdout.write(f"{page}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stdout = None  # nobody reads: don't flush at exit
