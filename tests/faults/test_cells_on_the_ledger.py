"""The ledger says whom each released cell counts, without telling: and it is kept to it."""

import json
import shutil

import numpy as np
import pytest

from cli.compose.folder import SiteFolder
from cli.compose.remembering import memory, remembered
from job_runner.ledger import Ledger
from output_checker.differencing import arrays, noted
from output_checker.differencing.entry import Entry, dumps, loads
from output_checker.differencing.leaving import Leaving
from output_checker.differencing.memory import Past
from output_checker.differencing.model import Cell, Counted
from output_checker.errors import NotRemembered
from output_checker.review.request import Context, Status
from tests.a_cohort import people
from tests.a_past import TABLE, Institute
from tests.a_review import ANA, PICTURE, a_house
from tests.jobs_made import NOON

FRAME = people(
    {("f", "yes", 30): 40, ("f", "no", 30): 30, ("m", "yes", 30): 50, ("m", "no", 30): 4,
     ("x", "yes", 30): 3},
    "sex", "ill", "age",
)  # fmt: skip


@pytest.fixture
def site(tmp_path):
    """A site's own folder, in which two releases were put down and noted."""
    folder = SiteFolder(tmp_path / "site")
    (folder.state / "secrets").mkdir(parents=True)
    (folder.state / "secrets" / "seal").write_bytes(b"s" * 32)
    folder.counted.mkdir()
    institute = Institute(tmp_path)
    for where in ([], [("age", ">=", 18), ("sex", "!=", "x")]):
        institute.checked(FRAME, rows="sex", columns="ill", where=where)
    put(folder, institute, "r1", "job1")
    put(folder, institute, "r2", "job2")
    return folder


def put(folder, institute, release, *jobs):
    kept = memory(folder)
    for job in jobs:
        kept.put_checked(job, institute.memory.checked(job))
    leaving = Leaving(kept, lambda: Past(kept))
    for body in leaving.put_down(release, [(job, TABLE) for job in jobs]):
        Ledger(folder.ledger).append(noted.CELLS, body, who="the site", at=NOON)


def bodies(folder):
    return [entry.body for entry in Ledger(folder.ledger).entries()]


def verified(folder):
    return remembered(folder, Ledger(folder.ledger).entries())


def test_each_cell_has_its_predicate_its_hashes_and_no_number(site):
    first, second = bodies(site)
    assert (first["release"], first["output"], second["release"]) == ("r1", TABLE, "r2")
    cells = {(c["cell"]["sex"], c["cell"]["ill"]): c for c in second["cells"]}
    assert cells["f", "yes"]["predicate"] == ("age >= 18, sex != x, sex is f, ill is yes")
    assert cells[None, None]["predicate"] == "age >= 18, sex != x"
    words = [cell["predicate"] for cell in first["cells"]]
    assert (words[0], words[-1]) == ("sex is f, ill is yes", "everyone")
    assert all(len(cell["people"]) == 64 for cell in cells.values())
    assert len(second["claim"]) == len(second["dataset"]) == 64
    for cell in cells.values():
        assert cell.keys() == {"cell", "predicate", "people"}
    assert verified(site) == 2


def test_no_two_cells_have_the_same_hash_whoever_they_count(site):
    """Hidden ones may be of nobody, or of the same people in both releases."""
    first, second = bodies(site)
    assert len(first["cells"]) == first["of"] == 12  # that of nobody, too
    hashes = [cell["people"] for body in (first, second) for cell in body["cells"]]
    assert len(set(hashes)) == len(hashes)
    again = memory(site).released_table("r1", 0)
    assert [*noted.noted(again, 0, memory(site))] == [first]


def test_without_the_sites_secret_nobody_can_make_a_hash(site, tmp_path):
    (site.state / "secrets" / "seal").write_bytes(b"t" * 32)
    found = Institute(tmp_path).memory.checked("job1").tables[0]
    (other,) = noted.noted(found, 0, memory(site))
    hashes = {cell["people"] for cell in bodies(site)[0]["cells"]}
    assert not hashes & {cell["people"] for cell in other["cells"]}


def of_second(site):
    return site.counted / "released" / "r2.json"


def only_in_second(site):
    """The array that just the second release has."""
    mine = json.loads(of_second(site).read_text())["tables"][0]["parts"]
    return site.counted / "people" / mine


@pytest.mark.parametrize("which", [of_second, only_in_second])
@pytest.mark.parametrize("how", ["gone", "changed"])
def test_what_is_gone_or_changed_is_told_by_release_and_table(site, which, how):
    path = which(site)
    path.unlink() if how == "gone" else path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(NotRemembered) as found:
        verified(site)
    assert "output/t.csv of release r2: " in str(found.value)
    assert "release r1" not in str(found.value)


def test_other_people_under_the_sites_own_seal_are_noticed(site):
    """By somebody who has the secret, and may write all but the ledger."""
    kept, path = memory(site), of_second(site)
    seal = kept._seal("released", "r2")
    people_ = site.counted / "people"
    entry = loads(path.read_bytes(), lambda name: arrays.read(people_, name), seal)
    (table,) = entry.tables
    parts = np.where(table.parts == 1, 2, table.parts).astype(np.int32)
    changed = Counted(**{**vars(table), "parts": parts})
    keep = lambda numbers: arrays.kept(people_, numbers)  # noqa: E731
    path.write_bytes(dumps(Entry((changed,), entry.beside, entry.least), keep, seal))
    with pytest.raises(NotRemembered, match="r2: it has other people or cells than"):
        verified(site)


def test_of_a_release_put_down_again_the_later_entries_count(site, tmp_path):
    other = Institute(tmp_path / "again")
    other.folder.mkdir()
    other.checked(FRAME, rows="sex")
    put(site, other, "r2", "job1")
    assert verified(site) == 2


def test_a_release_of_several_tables_is_noted_table_by_table(site, tmp_path):
    institute = Institute(tmp_path)
    put(site, institute, "r3", "job1", "job1")
    assert [body["table"] for body in bodies(site)] == [0, 0, 0, 1]
    assert verified(site) == 4


def test_many_cells_are_several_entries(site, monkeypatch, tmp_path):
    monkeypatch.setattr(noted, "MOST_CELLS", 5)
    put(site, Institute(tmp_path), "r3", "job1")
    found = [body for body in bodies(site) if body["release"] == "r3"]
    assert [(body["first"], len(body["cells"])) for body in found] == [
        (1, 5),
        (6, 5),
        (11, 2),
    ]
    monkeypatch.undo()
    assert verified(site) == 3  # however they were divided


def test_a_table_of_nobody_is_noted_like_any(site):
    nobody = np.zeros(0, dtype=np.int32)
    cell = Cell(("f",), (), 0, 0)
    table = Counted("r9", "t", "", "", (cell,), nobody.astype(np.uint64), nobody,
                    dimensions=("sex",))  # fmt: skip
    (body,) = noted.noted(table, 0, memory(site))
    assert len(body["cells"]) == 1


def test_the_ledger_has_the_cells_before_the_bundle_appears(tmp_path):
    with a_house(tmp_path) as house:
        house.put_down = lambda release, outputs: [{"release": release, "cells": outputs}]
        request = house.approve(house.submitted())
        assert request.status is Status.RELEASED
        assert house.kinds[-2:] == ["release.cells", "release.released"]
        (body,) = (body for kind, body, _ in house.told if kind == "release.cells")
        assert body["definitions"] == {"make_cohort": "e" * 64}


def test_a_release_of_files_that_were_not_recomputed_counts_nobody(tmp_path):
    """Two people let a picture out: no table of it was ever put down, nor is missed."""
    with a_house(tmp_path) as house:
        site = Institute(tmp_path)
        house.put_down = Leaving(site.memory, lambda: site.past).put_down
        run, words = house.run(PICTURE), Context("A picture", "For a paper.")
        asked = house.service.submit(run.id, ["output/plot.jpg"], words, ANA).request
        request = house.approve(asked)
        assert request.status is Status.RELEASED
        assert site.memory.released([request.id]) == ()
        assert "release.cells" not in house.kinds


def test_a_ledger_without_releases_promises_nothing(tmp_path):
    folder = SiteFolder(tmp_path)
    (folder.state / "secrets").mkdir(parents=True)
    (folder.state / "secrets" / "seal").write_bytes(b"s" * 32)
    Ledger(folder.ledger).append("request", {}, who="ana", at=NOON)
    assert verified(folder) == 0
    shutil.rmtree(folder.state)
