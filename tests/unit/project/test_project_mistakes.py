"""One row per rule: what is written, where the mistake is, and what is said of it."""

from __future__ import annotations

from itertools import count

import pytest

from job_runner.project import Level, ProjectErrors, parse
from job_runner.project.patterns import matches, meetings


def a_project(*lines: str, version: object = 4, level: str = "highly_sensitive") -> str:
    """A project of one action, whose output's lines are ``lines``."""
    outputs = "\n".join(f"        {line}" for line in lines)
    return (
        f"version: {version}\nactions:\n  step:\n    run: python:v2 a.py\n"
        f"    outputs:\n      {level}:\n{outputs}\n"
    )


def running(command: str, *outputs: str, version: int = 4) -> str:
    """A project of one action that runs ``command``."""
    named = outputs or ("highly_sensitive: {o: output/a.csv}",)
    below = "\n".join(f"      {line}" for line in named)
    action = f"actions:\n  step:\n    run: {command}\n    outputs:\n{below}\n"
    return f"version: {version}\n{action}"


def refusal(text: str) -> ProjectErrors:
    with pytest.raises(ProjectErrors) as refused:
        parse(text)
    return refused.value


def the_mistake(text: str) -> str:
    """The only mistake of a text, as it is told."""
    found = refusal(text)
    assert found.count == 1, str(found)
    assert found.problem == found.errors[0].problem
    return str(found)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("''", "is empty"),
        ("' '", "is empty"),
        ("' a.csv'", "begins or ends with a blank"),
        ("a\u00a0b.csv", "has a blank that isn't the ordinary one"),
        ("/etc/a.csv", "isn't relative"),
        ("~/a.csv", "isn't relative"),
        ("C:/a.csv", "begins with a drive"),
        ("../a.csv", "leads out of its folder"),
        ("output/../../a.csv", "leads out of its folder"),
        ("./a.csv", "isn't in its shortest form"),
        ("output/./a.csv", "isn't in its shortest form"),
        ("output/a.csv/", "isn't in its shortest form"),
        ("'output/[ab].csv'", "has a wildcard other than `*`"),
        ("output/**/a.csv", "has `**`"),
        ("metadata/a.csv", "can lie in `metadata/`"),
        ("METADATA/a.csv", "can lie in `metadata/`"),
        ("meta*/a.csv", "can lie in `metadata/`"),
        ("'*/a.csv'", "can lie in `metadata/`"),
        ("output/a", "has no extension"),
        ("output/.csv", "has no extension"),
        ("output/a.", "has no extension"),
        ("'*'", "has no extension"),
        ("output/a.c*v", "has a wildcard in its extension"),
        (f"output/{'a' * 300}.csv", "has a name longer than 255 bytes"),
        (f"{'a/' * 600}a.csv", "is longer than 1024 bytes"),
        ("e\u0301.csv", "has an accent in two characters"),
        ('"a\\x07.csv"', "has a control character"),
        ('"a\\u202egnp.csv"', "has a control character"),
        ('"a\\0.csv"', "has a control character"),
    ],
)
def test_a_path_that_could_mean_something_else_is_refused(path: str, said: str) -> None:
    told = the_mistake(a_project(f"o: {path}"))
    assert told.startswith("project.yaml, line 7, column 12: ")
    assert said in told
    assert told.splitlines()[1].startswith("  ")


def test_the_reserved_folder_is_refused_at_the_top_only() -> None:
    assert parse(a_project("o: output/metadata/a.csv"))
    assert parse(a_project("o: metadata.csv"))
    assert parse(a_project("o: '*.csv'"))


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("python:v1 'a b", "a quotation mark isn't closed"),
        ("--privileged:v1", "'--privileged' isn't an image's name"),
        ("registry/python:v1", "isn't an image's name"),
        ("':v1'", "`run` names no image"),
        ("python", "'python' has no tag"),
        ("python:v", "'v' isn't a tag"),
        ("python:v1.", "'v1.' isn't a tag"),
        ("python:1", "'1' isn't a tag"),
        ("python:v1:v2", "'v1:v2' isn't a tag"),
        ("python:v1@sha256:0", "isn't a tag"),
        ('"python:v1\\x1b[2J"', "`run` has a control character"),
        ("cohortextractor:v1 generate_cohort", "version 4 has no `cohortextractor`"),
        ("ehrql:v1 generate-dataset d.py", "the extraction has no `--output`"),
        ("ehrql:v1 generate-dataset d.py --output", "isn't what `--output` writes"),
        (
            "cohort:v1 generate-measures d.py --output a.csv --output=output/a.csv",
            "more than one `--output`",
        ),
        (
            "cohort:v1 generate-dataset ../d.py --output output/a.csv",
            "the path '../d.py' leads out of its folder",
        ),
    ],
)
def test_a_command_that_names_no_image_or_no_output_is_refused(
    command: str, said: str
) -> None:
    assert said in the_mistake(running(command))


@pytest.mark.parametrize("tag", ["v1", "v10.2.3", "v1.2-pre", "dev", "latest"])
def test_each_form_of_a_tag_is_accepted(tag: str) -> None:
    assert parse(running(f"python:{tag}"))


@pytest.mark.parametrize("image", ["cohort", "ehrql", "databuilder"])
@pytest.mark.parametrize("command", ["generate-dataset", "generate_dataset"])
def test_rows_of_people_are_highly_sensitive(image: str, command: str) -> None:
    told = the_mistake(
        running(
            f"{image}:v1 {command} d.py --output a.csv", "moderately_sensitive: {o: a.csv}"
        )
    )
    assert "line 6" in told
    assert "Move it under `highly_sensitive`" in told


@pytest.mark.parametrize("level", ["highly_sensitive", "moderately_sensitive"])
def test_measures_may_be_of_either_level(level: str) -> None:
    command = "ehrql:v1 generate-measures d.py --output a.csv"
    assert parse(running(command, f"{level}: {{o: a.csv}}"))


@pytest.mark.parametrize("end", [".parquet", ".csv.gz"])
@pytest.mark.parametrize("name", ["out/c_*", "out/c_2024-01-01"])
def test_files_of_periods_lie_beside_the_output(name: str, end: str) -> None:
    command = f"cohort:v1 generate-dataset d.py --output out/c{end}"
    assert parse(running(command, f"highly_sensitive: {{o: {name}{end}}}"))


def test_files_of_periods_may_be_packed() -> None:
    command = "cohort:v1 generate-dataset d.py --output out/c.csv.gz"
    assert parse(running(command, "highly_sensitive: {o: out/c_*.csv.gz}"))


@pytest.mark.parametrize(
    "output",
    ["out/c_events/labs.parquet", "out/c_events/*.parquet", "out/c_*_events/labs.parquet"],
)
def test_event_tables_lie_in_a_folder_beside_the_output(output: str) -> None:
    command = "cohort:v1 generate-dataset d.py --output out/c.parquet"
    assert parse(running(command, f"highly_sensitive: {{o: {output}}}"))


@pytest.mark.parametrize(
    "output", ["out/events/labs.parquet", "out/c_events/labs.csv", "c_events/labs.parquet"]
)
def test_other_files_are_no_event_tables(output: str) -> None:
    command = "cohort:v1 generate-dataset d.py --output out/c.parquet"
    told = the_mistake(running(command, f"highly_sensitive: {{o: {output}}}"))
    assert "isn't what `--output` writes" in told


def test_event_tables_are_highly_sensitive() -> None:
    command = "cohort:v1 generate-dataset d.py --output out/c.csv"
    told = the_mistake(running(command, "moderately_sensitive: {o: out/c_events/l.csv}"))
    assert "an extraction writes rows of people" in told


@pytest.mark.parametrize("output", ["c_*.parquet", "out/c_*.csv", "out/cohort_*.parquet"])
def test_other_files_are_no_files_of_periods(output: str) -> None:
    command = "cohort:v1 generate-dataset d.py --output out/c.parquet"
    told = the_mistake(running(command, f"highly_sensitive: {{o: {output}}}"))
    assert "isn't what `--output` writes" in told


def test_an_extraction_writes_nothing_but_its_output() -> None:
    told = the_mistake(
        running(
            "ehrql:v1 generate-dataset d.py --output a.csv",
            "highly_sensitive: {o: a.csv, log: log.txt}",
        )
    )
    assert "'log.txt' isn't what `--output` writes, which is 'a.csv'" in told


def test_a_folder_of_tables_may_be_named_file_by_file() -> None:
    assert parse(
        running(
            "ehrql:v1 generate-dataset d.py --output out:arrow",
            "highly_sensitive: {a: out/dataset.arrow, b: out/events.arrow}",
        )
    )


def test_files_below_or_beside_the_folder_of_tables_are_refused() -> None:
    found = refusal(
        running(
            "ehrql:v1 generate-dataset d.py --output out:arrow",
            "highly_sensitive: {a: out/more/dataset.arrow, b: other/events.arrow}",
        )
    )
    assert found.count == 2


def test_the_old_extraction_has_one_folder_and_one_level() -> None:
    found = refusal(
        running(
            "cohortextractor:latest generate_cohort",
            "highly_sensitive: {a: one/a.csv}",
            "moderately_sensitive: {b: two/b.csv}",
            version=1,
        )
    )
    told = str(found)
    assert found.count == 2
    assert "outputs in several folders: 'one', 'two'" in told
    assert "outputs have one privacy level" in told


def test_a_database_image_with_another_command_is_no_extraction() -> None:
    assert parse(running("ehrql:v1 assure", "moderately_sensitive: {o: a.csv}"))


@pytest.mark.parametrize("version", ["4", "4.0", "'4'", "'4.0'"])
def test_a_version_is_its_number_however_written(version: str) -> None:
    assert parse(a_project("o: a.csv", version=version)).version == 4


@pytest.mark.parametrize(
    "version", ["0", "6", "4.1", "four", "[4]", "true", "04", "-1", "1e0"]
)
def test_other_versions_are_refused(version: str) -> None:
    assert "Write `version: 5`" in the_mistake(a_project("o: a.csv", version=version))


@pytest.mark.parametrize("version", [1, 2])
def test_early_versions_may_have_expectations(version: int) -> None:
    text = a_project("o: a.csv", version=version)
    assert parse(f"{text}expectations: {{population_size: 100}}\n")
    assert parse(f"{text}expectations:\n")


@pytest.mark.parametrize("ending", ["", "expectations:\n", "expectations: {}\n"])
def test_version_three_needs_expectations(ending: str) -> None:
    told = the_mistake(a_project("o: a.csv", version=3) + ending)
    assert "version 3 needs `expectations` with `population_size`" in told


@pytest.mark.parametrize("size", ["many", "[]", "-1", "1.5", "true"])
def test_a_population_is_a_whole_number(size: str) -> None:
    text = a_project("o: a.csv", version=3) + f"expectations: {{population_size: {size}}}\n"
    assert "must be a whole number" in the_mistake(text)


@pytest.mark.parametrize("version", [4, 5])
def test_late_versions_have_no_expectations(version: int) -> None:
    text = a_project("o: a.csv", version=version) + "expectations: {population_size: 9}\n"
    assert f"version {version} has no `expectations`" in the_mistake(text)


def test_two_outputs_alike_are_refused_from_version_two() -> None:
    same = ("a: out/x.csv", "b: out/x.csv")
    assert parse(a_project(*same, version=1))
    told = the_mistake(a_project(*same, version=2))
    assert "line 8" in told
    assert "'out/x.csv' is already an output on line 7" in told


@pytest.mark.parametrize(
    ("high", "moderate"),
    [
        ("out/x.csv", "out/x.csv"),
        ("out/x.csv", "out/*.csv"),
        ("out/*.csv", "out/x.csv"),
        ("out/X.csv", "out/x.csv"),
        ("out/a*.csv", "out/*b.csv"),
        ("o*/x.csv", "out/x.csv"),
        ("out/a*b*c.csv", "out/axxbxxc.csv"),
        ("out/*.CSV", "out/*.csv"),
        ("out/ab*cd.csv", "out/a*d.csv"),
    ],
)
def test_a_file_that_two_levels_claim_is_refused(high: str, moderate: str) -> None:
    text = (
        "version: 1\nactions:\n  one:\n    run: r:v1\n    outputs:\n"
        f"      highly_sensitive: {{a: '{high}'}}\n"
        "  two:\n    run: r:v1\n    outputs:\n"
        f"      moderately_sensitive: {{b: '{moderate}'}}\n"
    )
    told = the_mistake(text)
    assert told.startswith("project.yaml, line 10,")
    assert f"'{high}' on line 6, which is highly_sensitive" in told


@pytest.mark.parametrize(
    ("high", "moderate"),
    [
        ("out/x.csv.gz", "out/*.csv"),
        ("high/*.csv", "moderate/*.csv"),
        ("out/a*.csv", "out/b*.csv"),
        ("out/*_a.csv", "out/*_b.csv"),
        ("out/more/x.csv", "out/*.csv"),
        ("out/aa.csv", "out/aa*a.csv"),
        ("out/axc.csv", "out/a*b*c.csv"),
        ("out/ab.csv", "out/a*bb.csv"),
    ],
)
def test_levels_that_no_file_can_share_are_accepted(high: str, moderate: str) -> None:
    text = running("r:v1", f"highly_sensitive: {{a: '{high}'}}")
    assert parse(f"{text}      moderately_sensitive: {{b: '{moderate}'}}\n")


def test_too_many_wildcards_to_compare_are_refused() -> None:
    rows = "\n".join(f"        h{i}: a*{i}/{i}.csv" for i in range(1100))
    more = "\n".join(f"        m{i}: a*x{i}/x{i}.csv" for i in range(1100))
    text = running("r:v1", "highly_sensitive:", rows.strip(), "moderately_sensitive:")
    text = text.replace(rows.strip(), f"  {rows.strip()}") + more + "\n"
    assert "too many wildcards to tell the two levels apart" in the_mistake(text)


NEEDY = "\n".join(
    [
        "version: 4",
        "actions:",
        "  first: {{run: r:v1, outputs: {{highly_sensitive: {{o: a.csv}}}}, needs: {}}}",
        "  second: {{run: r:v1, outputs: {{highly_sensitive: {{o: b.csv}}}}, needs: {}}}",
        "  third: {{run: r:v1, outputs: {{highly_sensitive: {{o: c.csv}}}}, needs: {}}}",
        "",
    ]
)


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        (("[]", "[frist]", "[]"), "there is no action 'frist'\n  Did you mean 'first'?"),
        (("[]", "[zzz]", "[]"), "there is no action 'zzz'\n  Name an action"),
        (("[first]", "[]", "[]"), "the action 'first' needs itself"),
        (("[second]", "[first]", "[]"), "'first' needs 'second' needs 'first'"),
        (
            ("[second]", "[third]", "[first, second]"),
            "'first' needs 'second' needs 'third' needs 'first'",
        ),
        (("first", "[]", "[]"), "`needs` must be a list"),
        (("[1]", "[]", "[]"), "an action in `needs` must be a text"),
        (("[[first]]", "[]", "[]"), "an action in `needs` must be a text"),
    ],
)
def test_needs_are_other_actions_without_a_circle(
    needs: tuple[str, str, str], said: str
) -> None:
    assert said in str(refusal(NEEDY.format(*needs)))


def test_every_circle_is_named() -> None:
    found = refusal(NEEDY.format("[second]", "[third, first]", "[first]"))
    assert [e.problem.count(" needs ") for e in found.errors] == [3, 2]


def test_a_long_circle_is_told_in_short() -> None:
    body = "run: r:v1, outputs: {highly_sensitive: {o: "
    lines = [
        f"  a{i}: {{{body}out/{i}.csv}}}}, needs: [a{(i + 1) % 3000}]}}"
        for i in range(3000)
    ]
    told = the_mistake("version: 4\nactions:\n" + "\n".join(lines) + "\n")
    assert "needs ... needs 'a0'" in told
    assert len(told) < 400


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("verson: 4\nactions: {}\n", "Did you mean `version`?"),
        ("[]", "a project file must be a mapping"),
        ("just words", "a project file must be a mapping"),
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("version: 4\nactions: {1: {}}\n", "an action's name must be a text"),
        ("version: 4\nactions: {a/b: {}}\n", "'a/b' can't be an action's name"),
        ('version: 4\nactions: {"a\\nb": {}}\n', "'a\\nb' can't be an action's name"),
        ('version: 4\nactions: {"": {}}\n', "'' can't be an action's name"),
        ('version: 4\nactions: {"\\u202e": {}}\n', "'\\u202e'"),
        (f"version: 4\nactions: {{{'a' * 201}: {{}}}}\n", "can't be an action's name"),
    ],
)
def test_a_file_that_is_no_project_is_refused(lines: str, said: str) -> None:
    assert said in str(refusal(lines))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("rnu: x", "'rnu' isn't known here\n  Did you mean `run`?"),
        ("config: []", "`config` must be a mapping"),
        ("config: {a: .inf}", "'.inf' isn't a number that JSON keeps"),
        ("config: {a: [.nan]}", "isn't a number that JSON keeps"),
        ("config: {a: 1e999}", "isn't a number that JSON keeps"),
        ("config: {a: 12345678901234567890}", "isn't a number that JSON keeps"),
        ("dummy_data_file: ../secret.csv", "leads out of its folder"),
        ("dummy_data_file: 7", "`dummy_data_file` must be a text"),
    ],
)
def test_an_action_s_other_keys_are_checked(line: str, said: str) -> None:
    assert said in the_mistake(running("r:v1") + f"    {line}\n")


@pytest.mark.parametrize(
    ("outputs", "said"),
    [
        ("{}", "the action has no outputs"),
        ("{highly_sensitive: {}}", "the action has no outputs"),
        ("{highly_sensitive: []}", "`highly_sensitive` must be a mapping"),
        ("{highly_sensitve: {o: a.csv}}", "Did you mean `highly_sensitive`?"),
        ("{moderately_sensitive: {o: a.exe}}", "can't end in '.exe'"),
        ("{moderately_sensitive: {o: a.csv.gz}}", "can't end in '.gz'"),
        ("{highly_sensitive: {o: 3}}", "the output 'o' must be a text"),
        ("{highly_sensitive: {'': a.csv}}", "'' can't be a label"),
    ],
)
def test_outputs_have_a_level_a_label_and_a_path(outputs: str, said: str) -> None:
    assert said in the_mistake(
        f"version: 4\nactions:\n  a:\n    run: r:v1\n    outputs: {outputs}\n"
    )


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    found = refusal(
        "actions:\n  a:\n    run: r\n    needs: [b]\n    outputs:\n"
        "      highly_sensitive: {o: /a.csv}\n    extra: 1\nversion: 9\n"
    )
    assert [error.line for error in found.errors] == [3, 4, 6, 7, 8]
    assert found.problem == "5 mistakes"
    assert str(found).count("project.yaml, line") == 5


def test_a_file_full_of_mistakes_tells_the_first_hundred() -> None:
    found = refusal("".join(f"key_{i}: 1\n" for i in range(5000)))
    assert len(found.errors) == 100
    assert str(found).endswith("... and 4902 more mistakes")


def test_the_file_s_own_name_is_the_place() -> None:
    with pytest.raises(ProjectErrors, match=r"^study/project\.yaml, line 1, column 1: "):
        parse("", where="study/project.yaml")


THOUSANDFOLD = "a1: &a1 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n" for i in range(2, 11)
)
"""Ten levels of ten: a few lines that stand for ten thousand million words."""

DEEPER = "a1: &a1 [[[[x]]]]\n" + "".join(
    f"a{i}: &a{i} [[[[*a{i - 1}]]]]\n" for i in range(2, 11)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: *x\n", "line 1, column 4: '*x' stands for nothing that was said above"),
        ("*x : 1\n", "a key must be a word"),
        ("*x", "line 1, column 1: '*x' stands for nothing"),
        ("a: &x [*x]\n", "line 1, column 8: '*x' stands for nothing"),
        ("<<: 1\n", "`<<` takes keys from mappings, and this is none"),
        ("a: !!python/object:os.system x\n", "the tag 'tag:yaml.org,2002:python/object"),
        ("a: !mine {}\n", "the tag '!mine'"),
        ("? [a]\n: 1\n", "a key must be a word"),
        ("a: 1\n---\nb: 2\n", "a second document begins"),
        ("a: \x07\n", "line 1, column 4: there is a control character, '\\x07'"),
        ("a: 1 # \u2028\n", "line 1, column 8: there is a control character, '\\u2028'"),
        ("a: 1\nb: \ud800\n", "line 2, column 4: a character is broken"),
        ("[" * 50_000, "nested more than 20 deep"),
        ("{a: " * 50_000, "nested more than 20 deep"),
        ("- " * 50_000, "nested more than 20 deep"),
        (f"a: [{'1,' * 400_000}]", "the file says more than a project file may"),
        ("#" * 2_000_001, "the file has more than 2,000,000 characters"),
        (THOUSANDFOLD, "line 6, column 10: the file says more than a project file may"),
        (f"a: &x '{'x' * 900_000}'\nb: [{'*x,' * 5}]\n", "more than a project file may"),
        (DEEPER, "line 5, column 13: this is nested more than 20 deep"),
        ("a: 1\na: 2\n", "'a' is here a second time; the first is on line 1"),
    ],
    ids=count(),
)
def test_yaml_that_could_hide_or_explode_is_refused(text: str, said: str) -> None:
    assert said in str(refusal(text))


def test_a_name_as_long_as_the_file_costs_no_search() -> None:
    long = "x" * 100_000
    found = refusal(NEEDY.format(f"[{long}]", f"[{long}y]", "[]"))
    assert all(len(str(error)) < 300 for error in found.errors)


def test_no_message_acts_on_the_screen_that_shows_it() -> None:
    told = str(refusal('version: "\\e[2J\\u202e"\n"\\e[31m": 1\nactions: {}\n'))
    assert all(c.isprintable() or c == "\n" for c in told)


def a_large_study(actions: int) -> str:
    step = (
        "  action_{0}:\n    run: python:v2 python analysis/step_{0}.py\n    needs: [{1}]\n"
        "    outputs:\n      highly_sensitive:\n        rows: output/rows_{0}/part_*.csv\n"
        "      moderately_sensitive:\n        table: output/table_{0}_*.csv\n"
    )
    steps = [step.format(i, f"action_{i - 1}" if i else "") for i in range(actions)]
    return "version: 4\nactions:\n" + "".join(steps)


def test_a_large_study_is_read_with_few_comparisons() -> None:
    """Of the 6 million pairs of patterns of 2,500 actions, hardly any is looked at."""
    project = parse(a_large_study(2500))
    outputs = [o for action in project.actions.values() for o in action.outputs]
    high, moderate = ([o.pattern for o in outputs if o.level is level] for level in Level)
    assert len(high) == len(moderate) == 2500
    assert list(meetings(high, moderate, budget=2500)) == []


def test_a_file_matches_a_pattern_within_one_folder_only() -> None:
    assert matches("out/*.csv", "out/a.b.csv")
    assert not matches("out/*.csv", "out/more/a.csv")
    assert not matches("out/*.csv", "out/a.CSV")
    assert not matches("out/a*b*a.csv", "out/aba.csv.csv")
