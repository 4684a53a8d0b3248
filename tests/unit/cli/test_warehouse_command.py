"""A custodian sees at a glance whether the warehouse is as its mapping promises."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli.__main__ import main
from cli.compose.folder import SiteFolder, create
from job_runner.ledger import Ledger
from tests.an_omop import GIBLEED, LACKS, settings


def a_site(folder: Path, **warehouse) -> str:
    """A site's folder, made as `strongroom site init` makes it."""
    return a_site_of(folder, settings(GIBLEED, **warehouse))


def a_site_of(folder: Path, warehouse: dict[str, Any]) -> str:
    """The same, of a warehouse with these settings."""
    layer = "sha256:" + "0" * 64
    policy = {
        "name": "north-hospital",
        "warehouse": warehouse,
        "disclosure": "disclosure.yaml",
        "workers": 1,
        "database_workers": 1,
        "limits": {"memory": "1 G", "cpus": 1, "disk": "1 G", "wall_clock": "1 h"},
        "projects": {"study": {"repositories": ["/srv/study"], "actions": ["*"]}},
        "images": {"python:v1": {"reference": "python:v1", "layers": [layer]}},
    }
    return str(create(folder / "site", policy).root)


def test_a_warehouse_as_promised_is_ready(tmp_path, capsys):
    assert main(["warehouse", "check", a_site(tmp_path, empty=LACKS)]) == 0
    told = capsys.readouterr()
    assert "The warehouse, mapped as omop, is ready." in told.out
    assert told.err == ""


def test_one_that_is_not_ends_with_the_warehouses_exit_code(tmp_path, capsys):
    assert main(["warehouse", "check", a_site(tmp_path)]) == 9
    told = capsys.readouterr()
    assert "name deaths in empty_tables" in told.out
    assert "the warehouse isn't as its mapping promises" in told.err


@pytest.mark.parametrize(("empty", "code"), [(LACKS, 0), ([], 9)])
def test_programs_get_the_report_as_json_either_way(tmp_path, capsys, empty, code):
    assert main(["warehouse", "check", a_site(tmp_path, empty=empty), "--json"]) == code
    assert json.loads(capsys.readouterr().out)["ok"] is (code == 0)


def test_a_setting_that_nobody_knows_is_told_before_anything_is_read(tmp_path, capsys):
    site = a_site(tmp_path, colour="blue")
    assert main(["warehouse", "check", site]) == 9
    told = capsys.readouterr()
    assert told.out == ""
    assert "there is no setting colour" in told.err


def test_a_folder_without_a_site_is_told(tmp_path, capsys):
    assert main(["warehouse", "check", str(tmp_path)]) == 10
    assert "there is no site here" in capsys.readouterr().err


@pytest.mark.parametrize("empty", [LACKS, []])
def test_each_check_is_on_the_sites_ledger(tmp_path, empty):
    site = a_site(tmp_path, empty=empty)
    main(["warehouse", "check", site])
    [entry] = Ledger(SiteFolder(Path(site)).ledger).entries()
    assert (entry.who, entry.kind) == ("the operator", "warehouse check")
    assert entry.body == {"mapping": "omop", "ok": empty == LACKS}


def test_the_form_is_copied_once_and_listed_while_it_has_blanks(tmp_path, capsys):
    file = tmp_path / "ours.yaml"
    assert main(["warehouse", "template", str(file)]) == 0
    assert f"Fill in {file}" in capsys.readouterr().out
    assert main(["warehouse", "template", str(file)]) == 10
    assert "can't be written: File exists" in capsys.readouterr().err
    assert main(["warehouse", "check", a_site(tmp_path, mapping=str(file))]) == 9
    told = capsys.readouterr().err
    lines = file.read_text().splitlines()
    [first] = [n for n, text in enumerate(lines, 1) if text.startswith("people:")]
    assert f"FILL_IN_PATIENT_TABLE isn't filled in, in lines {first}, " in told
    assert told.count("FILL_IN_") == len(set(re.findall(r"FILL_IN_\w+", told)))
