"""What leaves: its words, its numbers, its names, and nothing else."""

import csv
import io
import json
from dataclasses import replace

import pytest

from output_checker import canonical
from output_checker.errors import ReleaseRefused, ReportChanged
from output_checker.release import bundle, contents, folder_name, safe_names, seal
from output_checker.report import Cell, Hidden
from output_checker.review.reports import Reviewed, reviewed, sha256
from tests.a_review import DOUBTFUL, RAO, SUE, a_file, a_house, a_table

KEY = b"the site's key"


@pytest.fixture
def house(tmp_path):
    with a_house(tmp_path) as house:
        yield house


def released(house, *files, **about):
    return house.approve(house.submitted(*files, **about)).bundle.folder


def test_a_bundle_has_tables_pictures_a_readme_and_a_manifest(house):
    folder = released(house, a_file(table=a_table(figure="bar")))
    assert sorted(p.name for p in folder.iterdir()) == [
        "README.txt",
        "by_age.csv",
        "by_age.json",
        "by_age.png",
        "by_age.svg",
        "manifest.json",
    ]


def test_the_csv_has_a_line_for_each_cell_and_says_what_is_hidden(house):
    assert (released(house) / "by_age.csv").read_text() == (
        "age,patients\n0-17,120\n18-64,340\n65+,[hidden]\n[total],[hidden]\n"
    )


def test_the_json_has_the_same_and_says_what_it_is_about(house):
    told = json.loads((released(house) / "by_age.json").read_text())
    assert (told["title"], told["unit"]) == ("Asthma by age", "patients")
    assert told["cells"][0] == {"levels": {"age": "0-17"}, "values": {"patients": 120}}
    assert told["cells"][3] == {"levels": {"age": None}, "hidden": True}


def test_nothing_tells_why_a_cell_is_hidden_or_what_it_could_be(house):
    folder = released(house)
    for path in folder.iterdir():
        data = path.read_bytes()
        for word in (b"primary", b"complementary", b"interval", b"461", b"469"):
            assert word not in data, f"{path.name} has {word!r}"


def test_the_manifest_holds_every_other_files_hash_and_who_approved_when(house):
    folder = released(house)
    manifest = json.loads((folder / "manifest.json").read_text())
    hashes = {f["name"]: f["sha256"] for f in manifest["files"]}
    others = [p for p in folder.iterdir() if p.name != "manifest.json"]
    assert hashes == {p.name: sha256(p.read_bytes()) for p in others}
    assert manifest["approved_by"] == ["rao", "sue"]
    assert manifest["approved_at"].endswith("+00:00")
    assert manifest["policies"] == ["c" * 64]
    assert manifest["queries"] == {"make_cohort": "e" * 64}
    assert manifest["commit"] == "d" * 40


def test_hashes_of_files_with_unprotected_numbers_leave_only_sealed(house):
    """With a plain one, anybody could try hidden numbers until the hash fits."""
    request = house.approve(house.submitted())
    text = (request.bundle.folder / "manifest.json").read_text()
    file = request.files[0]
    for digest in (file.output_sha256, file.report_sha256, file.entry_sha256):
        assert digest not in text
    assert seal(file.report_sha256, KEY) in text
    assert seal(file.report_sha256, b"another key") not in text


def test_reviewers_words_stay_and_waived_checks_are_named(house):
    request = house.approve(house.submitted(DOUBTFUL))
    text = (request.bundle.folder / "manifest.json").read_text()
    assert "it is safe" not in text
    assert json.loads(text)["waived"] == {"output/costs.csv": ["dominance"]}


def test_the_same_request_gives_the_same_bytes(house):
    request = house.approve(house.submitted(), RAO)
    both = []
    house.store, store = Watching(house.store, both), house.store
    house.approve(request, SUE)
    house.store = store
    approved = both[0]
    once, again = (bundle(approved, reviewed(approved), KEY) for _ in range(2))
    assert once == again


class Watching:
    """A store that shows the moves that pass through it."""

    def __init__(self, store, seen):
        self.store, self.seen = store, seen

    def __getattr__(self, name):
        return getattr(self.store, name)

    def move(self, before, after, events):
        self.seen.append(after)
        self.store.move(before, after, events)


def test_only_what_is_approved_becomes_a_bundle(house):
    request = house.submitted()
    with pytest.raises(ReleaseRefused, match="two people approved"):
        house.outbox.publish(request)


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["out/by age.csv"], ["by-age"]),
        (["a/t.csv", "b/t.csv", "c/T.csv"], ["t", "t-2", "t-3"]),
        (["t-2.csv", "t.csv", "t.json"], ["t-2", "t", "t-3"]),
        (["été & <b>.csv"], ["t-b"]),
        (["../../etc/passwd"], ["passwd"]),
        (["...", "日本.csv", ""], ["table", "table-2", "table-3"]),
        (["manifest.json", "README.csv"], ["manifest-2", "readme-2"]),
        (["x" * 300], ["x" * 40]),
        (["-rf.csv", "--.csv"], ["rf", "table"]),
    ],
)
def test_a_file_leaves_under_a_short_safe_name_of_its_own(paths, names):
    assert list(safe_names(paths)) == names


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a" * 65, "a b"])
def test_an_id_that_cannot_name_a_folder_names_none(house, name):
    with pytest.raises(ValueError, match="can't name a folder"):
        folder_name(replace(house.submitted(), id=name))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "＝"])
def test_a_spreadsheet_takes_no_label_for_a_formula(start):
    table = replace(
        a_table(),
        cells=(Cell((f"{start}cmd|x",), {"patients": 1}),),
    )
    rows = list(csv.reader(io.StringIO(canonical.as_csv(table).decode())))
    assert rows[1] == [f"'{start}cmd|x", "1"]


def test_labels_with_commas_and_quotes_come_back_as_they_were():
    table = replace(a_table(), cells=(Cell(('a,"b"',), {"patients": 1}),))
    rows = list(csv.reader(io.StringIO(canonical.as_csv(table).decode())))
    assert rows[1][0] == 'a,"b"'


@pytest.mark.parametrize(
    ("value", "written"),
    [(3, "3"), (0.1, "0.1"), (1e-9, "1e-09"), (-2.5, "-2.5"), (None, "")],
)
def test_numbers_are_written_exactly_and_what_has_no_meaning_is_empty(value, written):
    table = replace(a_table(), cells=(Cell(("x",), {"patients": value}),))
    assert canonical.as_csv(table).decode().splitlines()[1] == f"x,{written}"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "two\nlines"},
        {"unit": "\u202estneitap"},
        {"population": "x" * 301},
        {"variable": "a\tb"},
        {"dimensions": ("age\0",)},
        {"cells": (Cell(("[hidden]",), {"patients": 1}),)},
        {"cells": (Cell(("[total]",), {"patients": 1}),)},
        {"cells": (Cell(("a", "b"), {"patients": 1}),)},
        {"cells": (Cell(("a",), {"others": 1}),)},
        {"cells": (Cell(("a",), {"patients": float("nan")}),)},
        {"cells": (Cell(("a",), {"patients": float("inf")}),)},
    ],
)
def test_a_table_that_cannot_be_shown_as_it_is_does_not_leave(change):
    with pytest.raises(ReleaseRefused):
        canonical.check(replace(a_table(), **change))


def test_a_researchers_file_name_and_bytes_are_nowhere_in_the_bundle(house):
    folder = released(house, a_file("output/..%2f<script>.csv"))
    assert {p.stem for p in folder.iterdir()} == {"2f-script", "manifest", "README"}
    assert not any(b"<script>" in p.read_bytes() for p in folder.iterdir())


def test_a_canary_in_a_hidden_cell_is_nowhere_in_the_bundle(house):
    """Were a finding or an interval to tell it, that would stay inside."""
    canary = "731943"
    told = a_file().findings
    finding = replace(DOUBTFUL.findings[0], reason=f"65+ has {canary}", cells=(canary,))
    table = replace(
        a_table(),
        cells=(
            *a_table().cells[:2],
            Cell(("65+",), {"patients": None}, Hidden.PRIMARY, (731943.0, 731943.0)),
        ),
    )
    table = replace(table, figure="line")
    folder = released(house, replace(a_file(table=table), findings=(*told, finding)))
    assert not any(canary.encode() in p.read_bytes() for p in folder.iterdir())


def test_what_has_no_verified_table_becomes_nothing(house):
    (file,) = reviewed(house.submitted())
    bare = Reviewed(file.file, replace(file.entry, table=None))
    with pytest.raises(ReleaseRefused, match="nothing that the checker wrote"):
        contents([bare])


def test_an_entry_that_is_not_the_reviewed_one_is_refused(house):
    request = house.submitted()
    other = replace(request.files[0], entry_sha256="0" * 64)
    with pytest.raises(ReportChanged, match="no longer"):
        reviewed(replace(request, files=(other,)))
