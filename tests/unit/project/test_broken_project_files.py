"""Files that aren't YAML everywhere: what is told of them, and of what is left."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from job_runner.errors import ProjectError
from job_runner.project import ProjectErrors, load, parse

GOOD = """\
version: 5
actions:
  a:
    run: r:v1 x
    outputs:
      highly_sensitive:
        o: out/a.csv
"""


def told(text: str) -> list[tuple[int, int, str]]:
    with pytest.raises(ProjectErrors) as refused:
        parse(text)
    assert all(error.remedy for error in refused.value.errors)
    return [(one.line, one.column, one.problem) for one in refused.value.errors]


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "said"),
    [
        ("    run", "\trun", 4, 1, "there is a tab here"),
        ("    outputs", "\toutputs", 5, 1, "there is a tab here"),
        ("r:v1 x", '"r:v1 x', 4, 10, "the quotation mark that opens here isn't closed"),
        ("r:v1 x", "'r:v1 x", 4, 10, "the quotation mark that opens here isn't closed"),
        ("r:v1 x", "@r:v1 x", 4, 10, "a text can't begin with '@'"),
        ("r:v1 x", "r:v1 echo a: b", 4, 21, "a colon can't stand here"),
        ("r:v1 x", r'"r:v1 \d"', 4, 16, "a back slash means something between double"),
        ("r:v1 x", '"r":v1 x', 4, 13, "this doesn't go on with the lines that began"),
        ("r:v1 x", "]", 4, 10, "this isn't YAML: did not find expected node content"),
        ("run: ", "run ", 5, 12, "a colon can't stand here"),
        ("out/a.csv", "*.csv", 7, 12, "a text can't begin with `*` or `&`"),
        ("out/a.csv", "{a", 7, 12, "the bracket that opens here isn't closed"),
        ("    outputs:", "    needs: [a, b\n    outputs:", 5, 12, "the bracket that opens"),
        ("    outputs:", "    outputs", 5, 5, "the colon is missing here"),
        ("    outputs:", "   outputs:", 5, 4, "doesn't go on with the lines that began"),
        ("    outputs:", "     outputs:", 5, 13, "a colon can't stand here"),
    ],
)
def test_what_isn_t_yaml_is_told_alone_and_where_it_begins(
    old: str, new: str, line: int, column: int, said: str
) -> None:
    [(at_line, at_column, problem)] = told(GOOD.replace(old, new))
    assert (at_line, at_column) == (line, column)
    assert said in problem


AN_ACTION = """\
  {name}:
    run: {run}
    needs: {needs}
    outputs: {{moderately_sensitive: {{o: {output}}}}}
"""


def an_action(
    name: str, run: str = "r:v1", needs: str = "[]", output: str | None = None
) -> str:
    shown = output or f"out/{name}.csv"
    return AN_ACTION.format(name=name, run=run, needs=needs, output=shown)


def a_file(*actions: str, above: str = "version: 5\n", below: str = "") -> str:
    return f"{above}actions:\n{''.join(actions)}{below}"


def test_a_broken_action_hides_no_mistake_of_the_others() -> None:
    text = a_file(
        an_action("first", needs="[broken, nobody]"),
        an_action("broken", run='"r:v1'),
        an_action("second", output="/etc/a.csv"),
        an_action("worse", run="@r:v1"),
        an_action("third", run="r:latest", needs="[worse]"),
        below="expectations: {population_size: 1}\n",
    )
    assert [(line, problem) for line, _, problem in told(text)] == [
        (5, "there is no action 'nobody'"),
        (8, "the quotation mark that opens here isn't closed"),
        (14, "the path '/etc/a.csv' isn't relative"),
        (16, "a text can't begin with '@'"),
        (20, "version 5 has no tag `latest`"),
        (23, "version 5 has no `expectations`"),
    ]


def test_a_quotation_mark_that_swallows_the_next_action_is_told_where_it_opens() -> None:
    text = a_file(
        an_action("first", run='"r:v1 x'),
        an_action("second", run='"r:v1 x"'),
        an_action("third", output="a b.exe"),
    )
    lines = [line for line, _, _ in told(text)]
    assert lines == [4, 14]


def test_nothing_is_said_to_be_missing_that_may_stand_after_the_break() -> None:
    """Neither a version nor an action, nor what a file of version 3 must have."""
    text = a_file(an_action("a", needs="[later]"), above="", below="] nonsense\n")
    assert [line for line, _, _ in told(f"{text}version: 3\n")] == [6]
    text = a_file(an_action("a", needs="[later]"), above="version: 3\n")
    assert [line for line, _, _ in told(f"{text}  later: [x\n")] == [7]


def test_an_action_is_left_out_only_where_its_name_is_plain() -> None:
    text = a_file(an_action('"a b"', run="@x"), an_action("c", output="/c.csv"))
    assert [line for line, _, _ in told(text)] == [4]


def test_what_is_broken_outside_the_actions_ends_the_reading() -> None:
    text = a_file(an_action("a", output="/a.csv"), below="other: @\n  b:\n")
    assert [line for line, _, _ in told(text)] == [6, 7]
    assert [
        line for line, _, _ in told(f"x: @\n{a_file(an_action('a', output='/a'))}")
    ] == [1]


@pytest.mark.parametrize("text", ["x: @\n", "x: @\nactions:\n", "x: @\nactions:\na: 1\n"])
def test_a_file_without_actions_is_read_once(text: str) -> None:
    assert [line for line, _, _ in told(text)] == [1]


def test_a_large_broken_file_is_not_read_again_and_again() -> None:
    many = a_file(*(an_action(f"a{i}", run="@x") for i in range(3000)))
    assert 2 <= len(told(many)) <= 10


def test_what_an_alias_stands_for_is_used_wherever_it_is_named() -> None:
    project = parse(
        a_file(
            "  a: &a\n    run: r:v1\n    needs: &none []\n"
            "    outputs: {highly_sensitive: {o: a.csv}}\n",
            "  b:\n    <<: *a\n    needs: *none\n"
            "    outputs: {highly_sensitive: {o: b.csv}}\n",
            "  c:\n    <<: [{needs: [b]}, *a]\n"
            "    outputs: {highly_sensitive: {o: c.csv}}\n",
        )
    )
    a, b, c = project.actions.values()
    assert (b.run, b.outputs[0].pattern) == (a.run, "b.csv")
    assert (c.run, c.needs) == (a.run, ("b",))


def test_a_mistake_behind_an_alias_is_told_once() -> None:
    text = a_file(
        an_action("a", needs="&n [nobody]"),
        an_action("b", needs="*n"),
        above="version: 4\n",
    )
    assert [line for line, _, _ in told(text)] == [5]


def test_control_characters_are_all_told_up_to_ten() -> None:
    text = GOOD.replace("x", "\x07").replace(".csv", ".csv # \x1b")
    assert [(line, column) for line, column, _ in told(text)] == [(4, 15), (7, 24)]
    assert len(told(GOOD + "#\x07\n" * 50)) == 10


def test_bytes_that_are_no_utf_8_are_told_with_their_places(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_bytes(f"{GOOD}# é\n".encode("latin-1"))
    with pytest.raises(ProjectErrors, match=r"line 8, column 3: a character is broken"):
        load(path)


def test_a_mark_of_utf_8_at_the_beginning_is_none_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert list(load(path).actions) == ["a"]


def test_of_a_large_file_only_what_could_be_read_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(ProjectErrors, match="more than 2,000,000 characters"):
        load(path)


def test_what_is_no_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ProjectError, match="it isn't a regular file"):
        load(tmp_path / "pipe")
    with pytest.raises(ProjectError, match="there is no such file"):
        load(tmp_path / "nothing")
    with pytest.raises(ProjectError, match="it can't be read"):
        load(tmp_path)
