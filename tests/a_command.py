"""A command that only fails."""

from __future__ import annotations

import click


def tree_that_raises(error: BaseException) -> click.Group:
    """A command tree whose ``go`` raises this, with or without ``--json``."""

    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def go(as_json: bool) -> None:
        raise error

    return click.Group("strongroom", [go])
