"""The command tree. A command's module is imported only when the command is called."""

from __future__ import annotations

from importlib import import_module

import click

from cli.listing import COMMANDS, page


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

    def get_help(self, ctx: click.Context) -> str:
        return page()

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


def _version(context: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        click.echo(f"strongroom, version {version('strongroom')}")
        context.exit()


@click.group(cls=Commands)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and exit.",
)
def strongroom() -> None:
    """Analyse a hospital's records without ever seeing them."""
