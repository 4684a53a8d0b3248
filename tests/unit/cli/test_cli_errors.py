"""Whatever goes wrong, people get a message and programs get a code."""

import json

import pytest

from cli import commands, exits
from cli.__main__ import main
from cohort_dsl.errors import DefinitionError
from job_runner.errors import PlatformError
from job_runner.project.mistakes import Mistake, Place, ProjectErrors
from tests.a_command import tree_that_raises

WRONG = DefinitionError("no such column", where="d.py line 3", remedy="Look.")


def test_an_authors_mistake_is_told_with_place_problem_and_remedy(capsys):
    assert main(["go"], tree_that_raises(WRONG)) == exits.EXIT_CODES[DefinitionError]
    assert capsys.readouterr().err == "d.py line 3: no such column\n  Look.\n"


def test_with_json_an_error_is_json_on_the_error_stream(capsys):
    assert main(["go", "--json"], tree_that_raises(WRONG)) == 3
    assert json.loads(capsys.readouterr().err)["error"] == {
        "kind": "DefinitionError",
        "where": "d.py line 3",
        "problem": "no such column",
        "remedy": "Look.",
    }


def test_an_unknown_error_names_its_kind_and_place_but_not_its_text(capsys):
    tree = tree_that_raises(RuntimeError("patient 1234567 has no date"))
    assert main(["go"], tree) == exits.INTERNAL
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "1234567" not in told


def test_stopping_from_the_keyboard_has_its_own_code():
    assert main(["go"], tree_that_raises(KeyboardInterrupt())) == exits.INTERRUPTED


def test_a_path_that_cannot_be_used_is_told_with_a_remedy_and_the_platforms_code(
    tmp_path, capsys
):
    def opens_a_folder() -> BaseException:
        try:
            tmp_path.read_bytes()
        except OSError as error:
            return error
        raise AssertionError

    code = main(["go"], tree_that_raises(opens_a_folder()))
    assert code == exits.EXIT_CODES[PlatformError]
    told = capsys.readouterr().err
    assert told.startswith(f"{tmp_path}: Is a directory\n  ")


def test_an_error_that_holds_several_tells_each_of_them_in_json(capsys):
    several = ProjectErrors(
        [
            Mistake("no", where="p.yaml", remedy="Don't.", place=Place(line, 1))
            for line in (3, 1)
        ],
        where="p.yaml",
    )
    assert main(["go", "--json"], tree_that_raises(several)) == 4
    told = json.loads(capsys.readouterr().err)["error"]["errors"]
    assert [one["where"] for one in told] == [
        f"p.yaml, line {line}, column 1" for line in (1, 3)
    ]
    assert all(one["remedy"] == "Don't." for one in told)


def test_where_nobody_reads_any_more_the_rest_is_left_unsaid(capsys):
    assert main(["go"], tree_that_raises(BrokenPipeError())) == exits.OK
    assert capsys.readouterr().err == ""


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
