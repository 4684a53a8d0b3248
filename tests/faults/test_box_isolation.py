"""A real box, tried from inside. JOBS.md scenarios 6 to 10 and 26 to 28."""

from __future__ import annotations

import itertools
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from job_runner.executors.box import OUT_OF_MEMORY
from job_runner.executors.contract import KILLED, Outcome
from job_runner.executors.docker import DockerExecutor
from job_runner.selftest import probe
from tests.boxes import UID, a_box, a_folder, python

pytestmark = pytest.mark.docker

SITE = f"isolation{os.getpid()}"
PROBE = Path(probe.__file__).read_text()
ELSEWHERE = [
    "127.0.0.1",
    "169.254.169.254",
    "172.17.0.1",
    "1.1.1.1",
    "::1",
    "2606:4700:4700::1111",
]

Try = Callable[..., tuple[Outcome, str]]


@pytest.fixture(scope="module")
def executor(docker_client: docker.DockerClient) -> Iterator[DockerExecutor]:
    made = DockerExecutor(docker_client, SITE)
    yield made
    for run_id in made.run_ids():
        made.remove(run_id)


@pytest.fixture(scope="module")
def attempt(
    executor: DockerExecutor, docker_client: docker.DockerClient, base_image: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Try:  # fmt: skip
    """Runs Python code in a box of its own: how it ended, and what it said."""
    image = str(docker_client.images.get(base_image).id)
    numbers = itertools.count()

    def run(code: str, *words: str, **limits: float) -> tuple[Outcome, str]:
        run_id = f"r{next(numbers)}"
        folder = a_folder(tmp_path_factory.mktemp("run") / "box")
        box = a_box(folder, *python(code), *words, image=image, **limits)
        executor.start(run_id, box)
        outcome = executor.wait(run_id)
        return outcome, executor.logs(run_id).decode()

    return run


@pytest.fixture(scope="module")
def told(attempt: Try) -> dict[str, Any]:
    """What the probe found, while this machine really listens."""
    with closing(socket.create_server(("", 0))) as listening:
        port = listening.getsockname()[1]
        mine = _own_address()
        socket.create_connection((mine, port)).close()
        outcome, said = attempt(PROBE, str(port), mine, *ELSEWHERE)
    assert outcome == Outcome(0), said
    report: dict[str, Any] = json.loads(said)
    return report


def _own_address() -> str:
    """This machine's, as its neighbours know it; the box has a different loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        try:
            made.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(made.getsockname()[0])


def test_no_packet_leaves(told: dict[str, Any]) -> None:
    """Not to this machine, which listens, nor to neighbours, a cloud's metadata, or out."""
    refused = {"ENETUNREACH", "ECONNREFUSED", "EADDRNOTAVAIL", "EHOSTUNREACH"}
    assert {h: e for h, e in told["tcp"].items() if e not in refused} == {}
    beyond = {h: e for h, e in told["udp"].items() if h != "127.0.0.1"}
    assert {h: e for h, e in beyond.items() if e not in refused} == {}
    assert told["interfaces"] == ["lo"]


def test_no_name_is_resolved(told: dict[str, Any]) -> None:
    """A name to look up is a message, too."""
    assert told["dns"] != "worked"


def test_only_sockets_that_the_empty_network_holds_in(told: dict[str, Any]) -> None:
    """AF_VSOCK talks to the hypervisor through any network namespace."""
    assert told["raw"] != "worked"
    assert set(told["sockets"].values()) == {"EPERM"}


def test_the_kernel_answers_no_request_for_more(told: dict[str, Any]) -> None:
    """Namespaces, mounts, other processes, keys, programs in the kernel, rings."""
    calls = told["calls"]
    assert calls.pop("io_uring_setup") == "ENOSYS"
    assert set(calls.values()) == {"EPERM"}, calls


def test_calls_by_another_architectures_numbers_kill(attempt: Try) -> None:
    """The filter knows one table; 32-bit code would be read by the wrong one."""
    outcome, _ = attempt(
        "import ctypes, mmap, platform, os\n"
        "if platform.machine() != 'x86_64': os.abort()\n"
        "code = mmap.mmap(-1, 4096, prot=7)\n"
        "code.write(bytes.fromhex('b814000000cd80c3'))  # getpid by int 0x80\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(code))\n"
        "ctypes.CFUNCTYPE(ctypes.c_int)(at)()"
    )
    assert outcome.exit_code > 128


def test_files_can_be_made_in_three_places(told: dict[str, Any]) -> None:
    """The run's folder is measured; the other two are memory, and count as such."""
    assert told["writable"] == ["/dev/mqueue", "/dev/shm", "/tmp", "/workspace"]


def test_no_rights_are_held_or_to_be_had(told: dict[str, Any]) -> None:
    """Not by root's programs either: no program may gain by being run."""
    status = told["status"]
    capabilities = {name: value for name, value in status.items() if name.startswith("Cap")}
    assert set(capabilities) == {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}
    assert set(capabilities.values()) == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert status["Uid"].split() == status["Gid"].split() == [str(UID)] * 4
    assert status["Groups"].split() in ([], [str(UID)])


def test_nothing_of_the_host_is_in_sight(told: dict[str, Any]) -> None:
    """No other run, process, engine or device; not even where its own limits live."""
    assert told["workspace"] == []
    assert len(told["processes"]) == 3  # an init, what runs the command, and the probe
    assert told["sensitive"] == []
    assert told["hostname"] == "box"
    assert all(line.endswith(":/") for line in told["cgroup"])


def test_the_environment_is_what_every_box_has(told: dict[str, Any]) -> None:
    """And nothing of the runner's."""
    assert told["environment"].items() >= {"HOME": "/tmp", "TZ": "UTC"}.items()
    assert set(told["environment"]) == {
        "HOME",
        "HOSTNAME",
        "LANG",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "PATH",
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONHASHSEED",
        "TZ",
    }


def test_another_runs_folder_is_not_there(attempt: Try, tmp_path: Path) -> None:
    """Nor is its path: what isn't mounted doesn't exist."""
    secret = a_folder(tmp_path / "other") / "cohort.csv"
    secret.write_text("canary")
    secret.chmod(0o644)
    outcome, said = attempt("import sys; open(sys.argv[1]).read()", str(secret))
    assert outcome == Outcome(1)
    assert "FileNotFoundError" in said
    assert "canary" not in said


def test_a_fork_bomb_stays_in_its_box(attempt: Try) -> None:
    """It meets the limit, and the machine's other work doesn't notice."""
    outcome, said = attempt(
        "import os, time\n"
        "made = 0\n"
        "try:\n"
        "    while True:\n"
        "        if os.fork() == 0: time.sleep(60)\n"
        "        made += 1\n"
        "except BlockingIOError: print(made)",
        pids=20,
    )
    assert outcome == Outcome(0)
    assert 10 < int(said) < 20


def test_memory_is_what_was_given_and_no_swap(attempt: Try) -> None:
    """/tmp counts, so it is no way around."""
    fill = "f = open('/tmp/x', 'wb')\nfor n in range(100): f.write(b'x' * 2**20); f.flush()"
    outcome, _ = attempt(fill, memory=32 * 2**20, tmp=512 * 2**20)
    assert outcome == Outcome(KILLED, out_of_memory=True)


def test_a_death_for_memory_that_the_engine_missed_is_told_by_the_box(attempt: Try) -> None:
    """The engine loses one in twenty on a busy machine; the box's last line doesn't."""
    said = f"import sys; print({OUT_OF_MEMORY!r}, file=sys.stderr)"
    assert attempt(said)[0] == Outcome(0, out_of_memory=True)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("f = open('/tmp/x', 'wb')\nwhile True: f.write(b'x' * 2**16)", "No space left"),
        ("f = open('big', 'wb')\nwhile True: f.write(b'x' * 2**16)", "File too large"),
        ("kept = [open('/dev/null') for n in range(100)]", "Too many open files"),
    ],
    ids=["tmp", "file size", "open files"],
)
def test_smaller_limits_are_the_studys_own_error(
    attempt: Try, code: str, says: str
) -> None:
    """It can be read in the log, and put right."""
    outcome, said = attempt(code, tmp=2**20, file_size=2**21, open_files=40)
    assert outcome == Outcome(1)
    assert says in said


def test_a_core_is_never_dumped(attempt: Try) -> None:
    """It would be a copy of people's records, in a file nobody looks at."""
    outcome, said = attempt(
        "import resource; print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    assert (outcome, said) == (Outcome(0), "(0, 0)\n")
