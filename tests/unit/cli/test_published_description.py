"""What a site serves is told to whom it knows: the custodian's own file, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cli import served
from cli.__main__ import main
from cli.compose import folder, serving
from cli.compose.folder import SiteFolder
from cli.compose.opened import OpenSite, opened
from cli.compose.publishing import DESCRIBED, Published
from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import description
from cohort_dsl.mappings.demanding import Served, State
from cohort_dsl.mappings.description import DescribedColumn, DescribedTable, Description
from job_runner.errors import PlatformError
from job_runner.server.changes import Changes
from job_runner.site.people import Role
from tests.calls import Caller
from tests.described import DOCUMENT, demand_described
from tests.unit.cli.test_client_answers import answering
from tests.unit.cli.test_site_commands import SETTINGS

CANARY = "canary-5550123"
PATH = "/api/site/warehouse"
TOKENS = {role: f"sr_{letter * 43}" for role, letter in zip(Role, "ABC", strict=True)}
MADE = Description(
    "north",
    "omop",
    date(2026, 11, 22),
    "from 10 patients on, rounded to 5",
    True,
    (
        DescribedTable(
            "diagnoses",
            Served(State.SERVED),
            1200,
            {2024: 700, 2025: None},
            (DescribedColumn("code", Served(State.SERVED), "most", None, ("CIM10",)),),
        ),
        DescribedTable("documents", Served(State.MISSING, "é: no table", "documents")),
    ),
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[OpenSite]:
    made: SiteFolder = folder.create(tmp_path / "site", SETTINGS)
    named = made.policy.read_text() + "description: warehouse.json\n"
    made.policy.write_text(named)
    with opened(made) as site:
        for role, token in TOKENS.items():
            site.store.add_person(role.value, [role], token, at=serving.clock.now())
        yield site


def put(site: OpenSite, text: str, *, noted: bool = True) -> Path:
    """A file where the policy says; on the ledger as ``warehouse describe`` puts it."""
    path = site.folder.root / "warehouse.json"
    path.write_text(text, encoding="utf-8")
    if noted:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        site.record(DESCRIBED, {"mapping": "omop", "sha256": sha256}, "the operator")
    return path


def asking(site: OpenSite, token: str) -> Caller:
    app = serving.application(site, Changes(), https=False)
    return Caller(app, {"authorization": f"Bearer {token}"})


def status(site: OpenSite, token: str = TOKENS[Role.RESEARCHER]) -> int:
    answer = asking(site, token).get(PATH)
    operation = DOCUMENT["paths"][PATH]["get"]
    demand_described(operation, answer.status_code, answer.content)
    assert CANARY not in answer.text
    return answer.status_code


@pytest.mark.parametrize("role", Role)
def test_whoever_is_known_gets_it_and_nobody_else(site: OpenSite, role: Role) -> None:
    put(site, MADE.text())
    assert status(site, TOKENS[role]) == 200
    assert asking(site, TOKENS[role]).get(PATH).json() == MADE.as_json()
    assert status(site, "sr_" + "X" * 43) == 401


def test_a_site_that_publishes_none_says_so(site: OpenSite) -> None:
    put(site, MADE.text())
    policy = site.folder.policy
    policy.write_text(policy.read_text().replace("description: warehouse.json\n", ""))
    with opened(site.folder) as again:
        assert status(again) == 404


def test_a_file_that_is_not_there_is_the_sites_trouble(site: OpenSite) -> None:
    assert status(site) == 503


WRONG = [
    MADE.text().replace("1200", "1201"),  # by hand, after it was made
    json.dumps({**MADE.as_json(), "rule": CANARY}),
    json.dumps({"patients": [CANARY]}),
    CANARY,
    "",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_file_that_this_site_did_not_make_is_never_told(
    site: OpenSite, text: str
) -> None:
    put(site, MADE.text())
    assert status(site) == 200
    put(site, text, noted=False)
    assert status(site) == 503
    put(site, MADE.text(), noted=False)  # once more as it was made
    assert status(site) == 200


@pytest.mark.parametrize("text", [CANARY, f'["{CANARY}"]', " " * (description.LARGEST + 1)])
def test_nor_is_one_that_is_no_description(site: OpenSite, text: str) -> None:
    put(site, text)
    assert status(site) == 503


def test_of_what_is_understood_nothing_else_goes_along(site: OpenSite) -> None:
    text = json.dumps({**MADE.as_json(), "more": CANARY})
    put(site, text)
    assert status(site) == 200


def test_a_file_is_looked_up_on_the_ledger_once(
    site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Published(put(site, MADE.text()), site.ledger)
    first = published.told()
    monkeypatch.setattr(published, "ledger", None)
    assert published.told() is first
    with pytest.raises(PlatformError, match="can't be read"):
        Published(site.folder.root / "none.json", site.ledger).told()
    assert Published(None, site.ledger).told() is None


# Fetching it -------------------------------------------------------------------------


@pytest.fixture
def token(tmp_path: Path) -> str:
    path = tmp_path / "token"
    path.write_text("sr_" + "A" * 43)
    return str(path)


def fetch(url: str, token: str, *words: str) -> int:
    return main(
        ["warehouse", "description", "--server", url, "--token-file", token, *words]
    )


def test_a_researcher_fetches_the_very_file_beside_their_study(
    tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    with answering(200, json.dumps(MADE.as_json()).encode(), asked) as url:
        assert fetch(url, token, "--output", str(tmp_path / served.FILE)) == 0
    assert [one.split(" ")[0] for one in asked] == [PATH]
    assert (tmp_path / served.FILE).read_text("utf-8") == MADE.text()
    assert served.description(tmp_path) == MADE
    told = capsys.readouterr().out
    assert "north, mapped as omop, as of 2026-11-22" in told
    assert "by year: 2024 700, 2025 –" in told


def test_programs_get_it_as_it_is(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(200, json.dumps(MADE.as_json()).encode()) as url:
        assert fetch(url, token, "--json") == 0
    assert json.loads(capsys.readouterr().out) == MADE.as_json()


@pytest.mark.parametrize("body", [b"{}", b"[1]", b'{"format": "warehouse-description"}'])
def test_what_is_no_description_is_not_written(
    tmp_path: Path, token: str, body: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / served.FILE
    with answering(200, body) as url:
        assert fetch(url, token, "-o", str(target)) == 9
    assert "no description of version 1" in capsys.readouterr().err
    assert not target.exists()


def test_a_site_without_one_is_told_in_its_words(
    tmp_path: Path, token: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {
        "error": "RequestRefused",
        "where": "the site",
        "problem": "none",
        "remedy": "r",
    }
    with answering(404, json.dumps(told).encode()) as url:
        assert fetch(url, token) != 0
    assert "the site: none" in capsys.readouterr().err
    with pytest.raises(WarehouseError, match="no description"):
        description.read(tmp_path / "nowhere.json")
