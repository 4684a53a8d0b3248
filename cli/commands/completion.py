"""Shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a completion script for SHELL.

    \b
    bash:  strongroom completion bash >> ~/.bashrc
    zsh:   strongroom completion zsh > "${fpath[1]}/_strongroom"
    fish:  strongroom completion fish > ~/.config/fish/completions/strongroom.fish
    """
    from cli.commands import strongroom

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"No completion for {shell}.")
    click.echo(found(strongroom, {}, "strongroom", "_STRONGROOM_COMPLETE").source())
