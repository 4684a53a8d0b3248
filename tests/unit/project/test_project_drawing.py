"""A project drawn: each action once, no line through a box, nobody's name as code."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping

import pytest

from job_runner.project import Action, Level, OutputPattern, Project, Run, graph
from job_runner.project.drawing import FORMS
from job_runner.project.drawing.layout import BOX, MOST_SLOTS, layout

EXTRACTION = Run("cohort", "v1", ("generate-dataset", "d.py", "--output", "a.csv"))


def a_study(needs: Mapping[str, str], releasable: str = "") -> Project:
    """Actions by name, each with the names it needs between blanks."""
    level = {True: Level.MODERATELY_SENSITIVE, False: Level.HIGHLY_SENSITIVE}
    return Project(
        5,
        {
            name: Action(
                name,
                EXTRACTION if name.startswith("extract") else Run("r", "v1", ()),
                tuple(said.split()),
                (OutputPattern(level[name in releasable.split()], "o", f"{name}.csv"),),
                None,
                None,
                1,
            )
            for name, said in needs.items()
        },
    )


STUDY = a_study(
    {
        "extract": "",
        "match": "extract",
        "model": "match",
        "table": "extract",
        "report": "extract model table",
        "apart": "",
    },
    releasable="model report",
)


def test_levels_are_as_deep_as_needs_are() -> None:
    assert graph.levels(STUDY) == {
        **{"extract": 1, "match": 2, "model": 3, "table": 2, "report": 4, "apart": 1}
    }


def test_a_tree_has_each_action_once_below_the_last_of_its_needs() -> None:
    assert list(FORMS["tree"](STUDY)) == [
        "extract (asks the warehouse)",
        "├─ match",
        "│  └─ model (may be released, once it is reviewed)",
        "│     └─ report (may be released, once it is reviewed; also needs extract, table)",
        "└─ table",
        "apart",
    ]


def test_a_deep_chain_and_many_needs_stay_readable() -> None:
    chain = {f"a{i}": f"a{i - 1}" if i else "" for i in range(2_500)}
    *_, last = FORMS["tree"](a_study(chain))
    assert last.endswith("└─ a2499 (level 2500)")
    assert len(last) < 150
    many = {f"a{i}": "" for i in range(20)} | {"all": " ".join(f"a{i}" for i in range(20))}
    told = "\n".join(FORMS["tree"](a_study(many)))
    assert "also needs a1, a2, a3, a4, a5, a6, 13 more" in told


def test_a_flowchart_has_a_shape_for_each_kind_and_an_arrow_for_each_need() -> None:
    assert list(FORMS["mermaid"](a_study({"extract": "", "x": "extract"}, "x"))) == [
        "flowchart LR",
        '  a0[("extract")]',
        '  a1(["x"])',
        "  a0 --> a1",
    ]


HOSTILE = '"]; click a0 "javascript:x" <script>&amp;#`é'


def test_no_name_is_code() -> None:
    study = a_study({HOSTILE: "", "x" * 200: ""})
    [_, hostile, long] = FORMS["mermaid"](study)
    inside = re.fullmatch(r'  a0\["((?:[\w .-]|#\d+;)*)"\]', hostile)
    assert inside, hostile
    assert len(long) < 100
    picture = "\n".join(FORMS["svg"](study))
    told = {element.text for element in ElementTree.fromstring(picture).iter()}
    assert f"{HOSTILE}: stays inside" in told
    assert "<script" not in picture


def test_a_picture_asks_for_nothing_from_elsewhere() -> None:
    picture = "\n".join(FORMS["svg"](STUDY))
    root = ElementTree.fromstring(picture)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "rect", "g", "path", "text"}
    assert picture.count("http") == 1, "the name of the format"
    assert all("href" not in name for element in root.iter() for name in element.attrib)
    assert "asks the warehouse" in picture


@pytest.mark.parametrize("form", FORMS)
def test_the_same_project_gives_the_same_characters(form: str) -> None:
    assert list(FORMS[form](STUDY)) == list(FORMS[form](STUDY))


def test_a_project_without_actions_is_an_empty_picture() -> None:
    empty = Project(5, {})
    assert list(FORMS["tree"](empty)) == []
    assert list(FORMS["mermaid"](empty)) == ["flowchart LR"]
    assert ElementTree.fromstring("".join(FORMS["svg"](empty))).get("width") == "300"


def test_no_line_crosses_a_box_and_no_boxes_lie_over_each_other() -> None:
    found = layout(STUDY)
    for one in found.boxes:
        assert 0 < one.x < one.x + one.width < found.width
        assert 0 < one.y - BOX // 2 < one.y + BOX // 2 < found.height
        for two in found.boxes:
            assert one is two or one.x != two.x or abs(one.y - two.y) >= BOX
    assert len(found.lines) == 6
    for line in found.lines:
        for passed in line[1:-1]:
            assert all(
                not (box.x <= passed[0] <= box.x + box.width)
                or abs(box.y - passed[1]) > BOX // 2
                for box in found.boxes
            )


def test_lines_that_would_pass_too_many_columns_are_drawn_across() -> None:
    """Else a chain whose every action needs the first would take a million places."""
    chain = {"a0": "", "a1": "a0"} | {f"a{i}": f"a{i - 1} a0" for i in range(2, 400)}
    found = layout(a_study(chain))
    assert len(found.lines) == 797
    assert sum(len(line) // 2 - 1 for line in found.lines) <= MOST_SLOTS
    assert {len(line) for line in found.lines} >= {2, 4}
