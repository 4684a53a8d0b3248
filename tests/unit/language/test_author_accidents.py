"""Whatever an author's own Python does, the answer is a place, a problem and a remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from cohort_dsl import load
from cohort_dsl.errors import DefinitionError
from tests.a_definition import FIRST_LINE, mistake_in, write


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "problem", "remedy"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero", "The definition's own Python"),
        ("{}['a']", "KeyError: 'a'", "put that line right"),
        ("events.where()", "where(...) is called without condition", "where(condition)"),
        ("def f(): f()\nf()", "functions call each other without an end", "calls itself"),
        ("import sys; sys.exit(4)", "ended itself (exit 4)", "run to its end"),
        ("import argparse; argparse.ArgumentParser().parse_args(['x'])", "exit 2", "check"),
        ("import pandsa", "there is no module pandsa", "standard library"),
        ("import datetim", "there is no module datetim", "Did you mean datetime?"),
        ("from math import sqr", "math has no sqr", "Did you mean sqrt?"),
        ("from math import zzzzz", "math has no zzzzz", "Look up"),
        ("import math; math.sqr(2)", "math has no sqr", "Did you mean sqrt?"),
        ("import cohort_dsl; cohort_dsl.weks(2)", "cohort_dsl has no weks", "mean weeks?"),
        ("is_ther", "is_ther isn't defined here", "Did you mean is_there?"),
        ("qqqqq", "qqqqq isn't defined here", "Define or import it first."),
        ("'a'.bcd", '"a" has no bcd', "Look at what stands before it."),
        ("None.first_for_patient", "before .first_for_patient gives nothing", "lines of"),
        ("is_ther = {}; is_ther.append(3)", "a dict has no append", "It is a dictionary"),
        ("open('nothing.csv')", "nothing.csv: No such file", "files of the study"),
        ("raise OSError(28, 'No space left on device')", "can't be written", "no files"),
        ("import nothing_here.deeper", "there is no module nothing_here", "files beside"),
        ("raise ImportError('odd')", "odd", "standard library"),
        ("class E(Exception): pass\nraise E('mine')", "E: mine", "put that line right"),
    ],
)
def test_an_accident_is_told_like_any_other_mistake(study, line, problem, remedy):
    told = mistake_in(study, line)
    last = FIRST_LINE + line.count("\n") - line.startswith("def f")
    assert told.where == f"analysis/definition.py line {last}"
    assert problem in told.problem
    assert remedy in told.remedy


@pytest.mark.parametrize(
    "line",
    [
        "import socket; socket.create_connection(('127.0.0.1', 1), timeout=5)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1/')",
        "import socket; raise socket.gaierror(-3, 'Temporary failure in name resolution')",
        "raise PermissionError(1, 'Operation not permitted')",
        "raise TimeoutError()",
    ],
)
def test_who_opens_a_socket_is_told_that_there_is_no_network(study, line):
    told = mistake_in(study, line)
    assert told.problem.startswith("the outside world can't be reached: ")
    assert "runs with no network and no data" in told.remedy
    assert told.where == f"analysis/definition.py line {FIRST_LINE}"


def test_a_word_that_was_not_imported_is_told_with_its_import(study):
    told = mistake_in(study, "dataset = create_dataset()", imports="")
    assert told.remedy == "Write at the top: from cohort_dsl import create_dataset."


def test_a_name_inside_the_authors_function_is_near_the_functions_own_names(study):
    told = mistake_in(study, "def f(index_date):\n    return indx_date\nf(1)")
    assert told.remedy == "Did you mean index_date?"


def test_a_syntax_error_shows_the_line(study):
    told = mistake_in(study, "x = = 1")
    assert told.where == f"analysis/definition.py line {FIRST_LINE}"
    assert told.problem == "this is no Python: invalid syntax"
    assert told.remedy == "Look at: x = = 1"


def test_a_syntax_error_in_a_sibling_is_told_there(study):
    (study / "analysis").mkdir()
    (study / "analysis" / "broken_sibling.py").write_text("\ndef f(:\n")
    told = mistake_in(study, "import broken_sibling")
    assert told.where == "analysis/broken_sibling.py line 2"


def test_a_syntax_error_of_text_that_was_evaluated_still_has_a_place(study):
    told = mistake_in(study, "eval('')")
    assert told.problem.startswith("this is no Python: ")
    assert told.remedy == "Look at that line and the one before it."


def test_an_accident_in_a_sibling_is_told_there(study):
    (study / "analysis").mkdir()
    (study / "analysis" / "failing_sibling.py").write_text("\n\nint('x')\n")
    told = mistake_in(study, "import failing_sibling")
    assert told.where == "analysis/failing_sibling.py line 3"


def test_the_cause_stays_inside(study):
    told = mistake_in(study, "1 / 0")
    assert told.__suppress_context__


@pytest.mark.parametrize(
    ("code", "problem", "remedy"),
    [
        ("", "the definition makes no dataset", "Write dataset = create_dataset()"),
        ("dataset = 3", "dataset is a int, not a dataset", "Write dataset = "),
        (
            "from cohort_dsl import create_dataset\ncohort = create_dataset()",
            "the definition makes no dataset",
            "Call it dataset instead of cohort.",
        ),
    ],
)
def test_a_definition_makes_a_dataset_of_that_name(study, code, problem, remedy):
    told = mistake_in(study, code, imports="")
    assert told.where == "analysis/definition.py"
    assert told.problem == problem
    assert told.remedy.startswith(remedy)


def test_a_definition_that_is_not_there_is_told_so(study):
    with pytest.raises(DefinitionError, match="there is no such file") as caught:
        load.definition(Path("analysis/nothing.py"))
    assert caught.value.where == "analysis/nothing.py"


def test_a_folder_is_no_definition(study):
    with pytest.raises(DefinitionError, match="Is a directory"):
        load.definition(Path("."))


@pytest.mark.parametrize("data", [b"x = '\0'", b"x = '\xff'"])
def test_a_file_that_is_no_text_is_told_so(study, data):
    path = write(study, "")
    path.write_bytes(data)
    with pytest.raises(DefinitionError, match="this is no Python"):
        load.definition(path)
