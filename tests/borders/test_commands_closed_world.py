"""No command is half added: each is listed, imports, explains itself and its options."""

from collections.abc import Iterator

import click
import pytest

from cli.commands import COMMANDS, strongroom

NO_REPORT = {
    *("init", "serve", "runner run", "demo", "completion", "engine start", "engine stop")
}
"""Commands that do something and report nothing that a program would read."""


def leaves() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(strongroom)
    todo = [(name, strongroom.get_command(context, name)) for name in COMMANDS]
    while todo:
        name, command = todo.pop()
        assert command is not None, name
        if isinstance(command, click.Group):
            todo += [
                (f"{name} {below}", inner) for below, inner in command.commands.items()
            ]
        else:
            yield name, command


@pytest.mark.parametrize(("name", "command"), list(leaves()))
def test_a_command_explains_itself(name, command):
    assert command.help, f"{name} has no help"
    assert command.help.strip().splitlines()[0].endswith((".", ":", ")."))


@pytest.mark.parametrize(("name", "command"), list(leaves()))
def test_an_option_explains_itself(name, command):
    silent = [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ]
    assert not silent


@pytest.mark.parametrize(("name", "command"), list(leaves()))
def test_a_command_that_reports_can_report_in_json(name, command):
    has_json = any(parameter.name == "as_json" for parameter in command.params)
    assert has_json or name in NO_REPORT
