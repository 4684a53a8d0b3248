"""The selftest's tables, judged without any box."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from job_runner.executors.contract import Outcome
from job_runner.selftest import certificate, looks, strains
from job_runner.selftest.certificate import Certificate
from job_runner.selftest.found import Tried, Verdict, broken
from job_runner.selftest.strains import STRAINS, Ended

UID = 20_001
SOUND: dict[str, Any] = {
    "tcp": {"127.0.0.1": "ECONNREFUSED", "192.0.2.1": "ENETUNREACH"},
    "udp": {"127.0.0.1": "worked", "192.0.2.1": "ENETUNREACH"},
    "dns": "gaierror",
    "interfaces": ["lo"],
    "raw": "EPERM",
    "sockets": {"AF_PACKET": "EPERM", "AF_TIPC": "EAFNOSUPPORT"},
    "abstract": "ECONNREFUSED",
    "calls": {"mount": "EPERM", "io_uring_setup": "ENOSYS"},
    "writable": ["/tmp", "/workspace"],
    "status": {
        **{"CapEff": "0000", "NoNewPrivs": "1", "Seccomp": "2", "Groups": ""},
        **{"Uid": "20001\t20001\t20001\t20001", "Gid": "20001\t20001\t20001\t20001"},
    },
    "environment": {"HOME": "/tmp", "TZ": "UTC"},
    "processes": [1, 7, 8],
    "hostname": "box",
    "workspace": [],
    "sensitive": [],
}


def not_held(report: dict[str, Any]) -> list[str]:
    return [t.attempt for t in looks.judged(report, UID) if not t.verdict.held]


def test_a_sound_box_passes_every_look() -> None:
    assert not_held(SOUND) == []


@pytest.mark.parametrize("look", looks.LOOKS, ids=lambda look: look.attempt)
def test_a_look_without_its_answer_did_not_hold(look: looks.Look) -> None:
    """Doubt is never a pass."""
    assert look.attempt in not_held({})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tcp", {"192.0.2.1": "worked"}),
        ("udp", {"192.0.2.1": "worked"}),
        ("dns", "worked"),
        ("interfaces", ["lo", "eth0"]),
        ("raw", "worked"),
        ("sockets", {"AF_VSOCK": "worked"}),
        ("abstract", "worked"),
        ("calls", {"mount": "EINVAL"}),
        ("writable", ["/etc", "/tmp"]),
        ("status", SOUND["status"] | {"CapEff": "0400"}),
        ("status", SOUND["status"] | {"NoNewPrivs": "0"}),
        ("status", SOUND["status"] | {"Seccomp": "0"}),
        ("status", SOUND["status"] | {"Groups": "20001 27"}),
        ("environment", {"PASSWORD": "x"}),
        ("processes", list(range(40))),
        ("hostname", "warehouse"),
        ("workspace", ["cohort.csv"]),
        ("sensitive", ["/var/run/docker.sock"]),
    ],
)
def test_one_thing_amiss_is_one_limit_broken(key: str, value: object) -> None:
    assert len(not_held(SOUND | {key: value})) == 1


@pytest.mark.parametrize("strain", STRAINS, ids=lambda s: f"{s.limit}: {s.attempt}")
def test_a_strain_that_ends_well_by_itself_broke_its_limit(strain: strains.Strain) -> None:
    """Whatever it said, or if it said nothing."""
    for said in ("", "done\n", "1e12\n"):
        assert not strain.judge(Ended(Outcome(0), said, 1.0)).held


def test_a_box_that_is_ended_far_too_late_broke_its_limit() -> None:
    clock = next(s for s in STRAINS if s.limit == "wall clock")
    ended = Outcome(137, timed_out=True)
    assert clock.judge(Ended(ended, "", strains.PATIENCE)).held
    assert not clock.judge(Ended(ended, "", 60.0)).held


def test_no_attempt_is_no_proof() -> None:
    with pytest.raises(ValueError, match="tried nothing"):
        broken(())


def a_certificate(*, held: bool = True, ground: str = "here") -> Certificate:
    tried = Tried("memory", "eats", Verdict(held, "ended"))
    return Certificate(ground, datetime(2026, 1, 1, tzinfo=UTC), (tried,))


def test_a_certificate_comes_back_as_it_was_for_its_own_ground(tmp_path: Path) -> None:
    path = tmp_path / "new" / "one.json"
    assert certificate.kept(path, "here") is None
    certificate.keep(path, a_certificate())
    assert certificate.kept(path, "here") == a_certificate()
    assert certificate.kept(path, "elsewhere") is None


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ('"version": 1', '"version": 2'),
        ('"held": true', '"held": "yes"'),
        ('"limit"', '"limits"'),
        ("2026-01-01", "yesterday"),
        ("{", ""),
        ('"tried": [', '"tried": 7, "x": ['),
    ],
)
def test_a_damaged_certificate_is_none(tmp_path: Path, there: str, instead: str) -> None:
    path = tmp_path / "one.json"
    path.write_text(a_certificate().dumps().replace(there, instead, 1))
    assert certificate.kept(path, "here") is None


def test_whatever_a_proof_depends_on_makes_another_ground() -> None:
    """The engine, this boot of the machine, the image, the user."""
    grounds = {
        certificate.fingerprint({"version": version}, boot, image, uid)
        for version in ("20", "28")
        for boot in ("a", "b")
        for image in ("sha256:1", "sha256:2")
        for uid in (1, 2)
    }
    assert len(grounds) == 16
