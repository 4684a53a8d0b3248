"""No command is half added: each is listed, imports, explains itself and its options."""

import sys
from collections.abc import Iterator

import click
import pytest

from cli import begin
from cli.commands import strongroom
from cli.listing import COMMANDS, page

NO_REPORT = {
    *(
        "init",
        "serve",
        "runner run",
        "demo",
        "completion",
        "shell",
        "engine start",
        "engine stop",
        "warehouse template",
    )
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


def test_the_list_of_commands_names_each_and_every_option_within_80_columns():
    lines = page().splitlines()
    entries = {line.split()[0] for line in lines if line.startswith("  ") and line.strip()}
    options = [name for parameter in strongroom.params for name in parameter.opts]
    assert entries >= {*COMMANDS, *options, "--help"}
    assert [line for line in lines if len(line) > 80] == []


def test_the_list_of_commands_is_one_page_whoever_prints_it(monkeypatch, capsys):
    assert strongroom.get_help(click.Context(strongroom)) == page()
    monkeypatch.setattr(sys, "argv", ["strongroom", "--help"])
    begin.entrypoint()
    assert capsys.readouterr().out == f"{page()}\n"
