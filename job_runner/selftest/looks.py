"""What the probe must have found, or not found, in the box that it looked around in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from job_runner.selftest.found import Tried, Verdict

Report = Mapping[str, Any]
"""What ``probe`` prints."""

UNREACHED = frozenset({"ENETUNREACH", "ECONNREFUSED", "EADDRNOTAVAIL", "EHOSTUNREACH"})
"""What a packet meets where there is no way out; a refusal is the box's own loopback's."""

REFUSED = frozenset({"EPERM", "ENOSYS", "EACCES"})
NO_SOCKET = REFUSED | {"EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT"}
WRITABLE = frozenset({"/dev/mqueue", "/dev/shm", "/tmp", "/workspace"})  # noqa: S108
VARIABLES = frozenset(
    {
        *("HOME", "HOSTNAME", "LANG", "PATH", "TZ"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED"),
    }
)
PROCESSES = 3
"""An init, what runs the command, and the probe."""

Judge = Callable[[Report, int], Verdict]
"""Of the report of a box that ran as this user."""


@dataclass(frozen=True)
class Look:
    """One property of the box that looking around shows."""

    limit: str
    attempt: str
    judge: Judge


def judged(report: Report, uid: int) -> tuple[Tried, ...]:
    """All looks; one that the report can't answer didn't hold."""
    return tuple(Tried(k.limit, k.attempt, _judge(k.judge, report, uid)) for k in LOOKS)


def unseen(why: str) -> tuple[Tried, ...]:
    """All looks, where the probe told nothing."""
    return tuple(Tried(k.limit, k.attempt, Verdict(False, why)) for k in LOOKS)


def _judge(judge: Judge, report: Report, uid: int) -> Verdict:
    try:
        return judge(report, uid)
    except (KeyError, TypeError, AttributeError, ValueError):
        return Verdict(False, "the probe told nothing of it")


def _none_but(got: Mapping[str, str], fine: frozenset[str], good: str) -> Verdict:
    through = sorted(name for name, answer in got.items() if answer not in fine)
    return _empty(through, good, "got through")


def _empty(wrong: list[str], good: str, bad: str) -> Verdict:
    return Verdict(not wrong, f"{bad}: {', '.join(wrong)}" if wrong else good)


def _packets(report: Report, _uid: int) -> Verdict:
    beyond = {f"UDP {h}": e for h, e in report["udp"].items() if h != "127.0.0.1"}
    stream = {f"TCP {h}": e for h, e in report["tcp"].items()}
    return _none_but({**stream, **beyond}, UNREACHED, "no packet left")


def _names(report: Report, _uid: int) -> Verdict:
    held = report["dns"] != "worked" and report["interfaces"] == ["lo"]
    return Verdict(held, "no name, no interface but its own" if held else "a way out")


def _sockets(report: Report, _uid: int) -> Verdict:
    got = {"raw": report["raw"], **report["sockets"]}
    through = sorted(name for name, answer in got.items() if answer not in NO_SOCKET)
    return _empty(through, "refused", "got through")


def _abstract(report: Report, _uid: int) -> Verdict:
    answer = report["abstract"]
    return Verdict(answer == "ECONNREFUSED", f"{answer}: nobody there")


def _calls(report: Report, _uid: int) -> Verdict:
    """In a namespace without a root, becoming root isn't forbidden: there is nobody."""
    calls: dict[str, str] = {**report["calls"]}
    for name in ("setuid (root)", "setgid (root)"):
        if calls.get(name) == "EINVAL":
            calls[name] = "EPERM"
    return _none_but(calls, REFUSED, f"{len(calls)} calls refused")


def _root(report: Report, _uid: int) -> Verdict:
    more = sorted(set(report["writable"]) - WRITABLE)
    return _empty(more, "only its folder and its own memory", "could write to")


def _capabilities(report: Report, _uid: int) -> Verdict:
    held = {k: v for k, v in report["status"].items() if k.startswith("Cap")}
    some = sorted(name for name, bits in held.items() if int(bits, 16))
    some += [] if held else ["unknown"]
    some += [] if report["status"]["NoNewPrivs"] == "1" else ["may gain more"]
    return _empty(some, "none, and no way to more", "has")


def _filter(report: Report, _uid: int) -> Verdict:
    mode = report["status"]["Seccomp"]
    return Verdict(mode == "2", "a filter is on" if mode == "2" else "no filter")


def _user(report: Report, uid: int) -> Verdict:
    status = report["status"]
    ids = {*status["Uid"].split(), *status["Gid"].split(), *status["Groups"].split()}
    return Verdict(ids == {str(uid)}, "its own user" if ids == {str(uid)} else "another")


def _host(report: Report, _uid: int) -> Verdict:
    seen = [*report["sensitive"], *report["workspace"]]
    seen += [] if report["hostname"] == "box" else ["the host's name"]
    return _empty(seen, "nothing of it in sight", "sees")


def _processes(report: Report, _uid: int) -> Verdict:
    count = len(report["processes"])
    return Verdict(count <= PROCESSES, f"{count} processes, all its own")


def _environment(report: Report, _uid: int) -> Verdict:
    more = sorted(set(report["environment"]) - VARIABLES)
    return _empty(more, "what every box has", "also has")


LOOKS = (
    Look("network", "TCP and UDP to this host, neighbours, a cloud's metadata", _packets),
    Look("network", "looking up a name; other interfaces", _names),
    Look("network", "raw, packet, VM and other unusual sockets", _sockets),
    Look("network", "a socket of this host without a file", _abstract),
    Look("system calls", "namespaces, mounts, ptrace, keys, bpf, io_uring", _calls),
    Look("system calls", "whether a seccomp filter is on", _filter),
    Look("read-only root", "a file in every folder there is", _root),
    Look("capabilities", "what it holds, and what it may gain", _capabilities),
    Look("own user", "as whom it runs", _user),
    Look("host unseen", "engine's socket, devices, other runs, the host's name", _host),
    Look("host unseen", "other processes", _processes),
    Look("environment", "its variables", _environment),
)
