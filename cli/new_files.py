"""Files that a command writes at its end: whether it can is found out at its beginning."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


class NewFile(click.Path):
    """A file in a folder that is there, to be written; refused with the command's words."""

    def __init__(self) -> None:
        super().__init__(path_type=Path, dir_okay=False, writable=True)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """The path."""
        found = Path(os.fsdecode(super().convert(value, param, ctx)))
        folder = found.absolute().parent
        if not folder.is_dir():
            self.fail(f"there is no folder {folder}", param, ctx)
        if not os.access(folder, os.W_OK):
            self.fail(f"nothing may be written into {folder}", param, ctx)
        return found
