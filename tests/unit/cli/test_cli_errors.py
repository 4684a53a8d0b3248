"""Whatever goes wrong, people get a message and programs get a code."""

import json

import click
import pytest

from cli import commands, exits
from cli.__main__ import main
from cohort_dsl.errors import DefinitionError


@pytest.fixture
def command_that_raises(monkeypatch):
    def install(error: BaseException) -> None:
        @click.command()
        @click.option("--json", "as_json", is_flag=True)
        def completion(as_json: bool) -> None:
            raise error

        monkeypatch.setattr("cli.commands.completion.completion", completion)

    return install


def test_an_authors_mistake_is_told_with_place_problem_and_remedy(
    command_that_raises, capsys
):
    command_that_raises(
        DefinitionError("no such column", where="d.py line 3", remedy="Look.")
    )
    assert main(["completion"]) == exits.EXIT_CODES[DefinitionError]
    assert capsys.readouterr().err == "d.py line 3: no such column\n  Look.\n"


def test_with_json_an_error_is_json_on_the_error_stream(command_that_raises, capsys):
    command_that_raises(
        DefinitionError("no such column", where="d.py line 3", remedy="Look.")
    )
    assert main(["completion", "--json"]) == 3
    assert json.loads(capsys.readouterr().err)["error"] == {
        "kind": "DefinitionError",
        "where": "d.py line 3",
        "problem": "no such column",
        "remedy": "Look.",
    }


def test_an_unknown_error_names_its_kind_and_place_but_not_its_text(
    command_that_raises, capsys
):
    command_that_raises(RuntimeError("patient 1234567 has no date"))
    assert main(["completion"]) == exits.INTERNAL
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "1234567" not in told


def test_stopping_from_the_keyboard_has_its_own_code(command_that_raises):
    command_that_raises(KeyboardInterrupt())
    assert main(["completion"]) == exits.INTERRUPTED


def test_failed_actions_end_with_their_own_code(command_that_raises):
    command_that_raises(exits.JobsFailed())
    assert main(["completion"]) == 6


def test_a_misspelt_command_is_answered_with_the_nearest(capsys):
    assert main(["sumbit"]) == exits.USAGE
    assert "Did you mean 'submit'?" in capsys.readouterr().err


def test_help_names_every_command_under_its_audience(capsys):
    assert main(["--help"]) == exits.OK
    told = capsys.readouterr().out
    for name, entry in commands.COMMANDS.items():
        assert f"  {name} " in told
        assert entry.audience in told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_completion_script(shell, capsys):
    assert main(["completion", shell]) == exits.OK
    assert "_STRONGROOM_COMPLETE" in capsys.readouterr().out
