"""Runs inside a box: looks around, tries to get out, and prints what came of it.

Only Python's standard library is there. Nothing that it finds is printed but names, error
codes and numbers.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import socket
import sys
from collections.abc import Callable, Iterator


def attempt(work: Callable[[], object]) -> str:
    try:
        work()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return "worked"


def connects(host: str, port: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET

    def work() -> None:
        with socket.socket(family) as made:
            made.settimeout(1)
            made.connect((host, port))

    return attempt(work)


def sends(host: str, port: int) -> str:
    def work() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.sendto(b"row", (host, port))

    return attempt(work)


def whispers(name: str) -> str:
    """To a socket without a file, which only the network's namespace keeps apart."""

    def work() -> None:
        with socket.socket(socket.AF_UNIX) as made:
            made.connect(f"\0{name}")

    return attempt(work)


def opens(family: str, kind: int) -> str:
    def work() -> None:
        socket.socket(getattr(socket, family), kind).close()

    return attempt(work)


SENSITIVE = (
    *("/run/docker.sock", "/var/run/docker.sock", "/root/.docker"),
    *("/dev/mem", "/dev/kmsg", "/dev/vsock", "/dev/kvm", "/dev/fuse"),
)
FAMILIES = ("AF_PACKET", "AF_VSOCK", "AF_ALG", "AF_BLUETOOTH", "AF_CAN", "AF_TIPC")

# By x86-64's numbers.
CALLS: dict[str, tuple[int | bytes, ...]] = {
    "unshare (user namespace)": (272, 0x10000000),
    "clone (user namespace)": (56, 0x10000011, 0, 0, 0, 0),
    "setns": (308, 0, 0),
    "mount": (165, b"none", b"/tmp", b"tmpfs", 0, 0),
    "pivot_root": (155, b"/", b"/"),
    "chroot": (161, b"/tmp"),
    "fsopen": (430, b"tmpfs", 0),
    "open_tree": (428, -100, b"/", 1),
    "open_by_handle_at": (304, -100, 0, 0),
    "ptrace": (101, 0, 0, 0, 0),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "pidfd_getfd": (438, 0, 0, 0),
    "keyctl": (250, 0, -3, 0),
    "add_key": (248, b"user", b"a", b"b", 1, -3),
    "bpf": (321, 0, 0, 0),
    "perf_event_open": (298, 0, 0, -1, -1, 0),
    "userfaultfd": (323, 0),
    "io_uring_setup": (425, 4, 0),
    "kexec_load": (246, 0, 0, 0, 0),
    "finit_module": (313, 0, b"", 0),
    "swapon": (167, b"/tmp", 0),
    "syslog": (103, 3, 0, 0),
    "personality (no address randomisation)": (135, 0x0040000),
    "setuid (root)": (105, 0),
    "setgid (root)": (106, 0),
    "mknod (device)": (133, b"/tmp/null", 0o20666, 0x103),
}


def calls() -> dict[str, tuple[int | bytes, ...]]:
    if platform.machine() != "x86_64":
        raise SystemExit("this probe knows the system calls of x86-64 only")
    return CALLS


def asks_kernel(*arguments: int | bytes) -> str:
    kernel = ctypes.CDLL(None, use_errno=True)
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    mine, answer = os.getpid(), kernel.syscall(*words)
    if os.getpid() != mine:  # it made a process, which is this one
        os._exit(0)
    if answer >= 0:
        return "worked"
    return errno.errorcode[ctypes.get_errno()]


def everything(top: str) -> Iterator[str]:
    for folder, folders, files in os.walk(top):
        yield folder
        yield from (os.path.join(folder, name) for name in (*folders, *files))


def writable() -> list[str]:
    """Folders that a file can be made in, wherever they are."""
    found = []
    for path in ("/", *everything("/")):
        if path.startswith("/proc/") or not os.path.isdir(path) or os.path.islink(path):
            continue
        name = os.path.join(path, "made-by-the-probe")
        if attempt(lambda: open(name, "x").close()) == "worked":  # noqa: B023
            os.unlink(name)
            found.append(path)
    return found


def lines(path: str) -> list[str]:
    with open(path) as file:
        return file.read().splitlines()


def status() -> dict[str, str]:
    return dict(x.split(":\t", 1) for x in lines("/proc/self/status") if ":\t" in x)


def main(hosts: list[str], port: int) -> None:
    report = {
        "abstract": whispers(f"strongroom-{port}"),
        "tcp": {host: connects(host, port) for host in hosts},
        "udp": {host: sends(host, port) for host in hosts if ":" not in host},
        "dns": attempt(lambda: socket.getaddrinfo("example.org", 80)),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "raw": opens("AF_INET", socket.SOCK_RAW),
        "sockets": {name: opens(name, socket.SOCK_STREAM) for name in FAMILIES},
        "writable": sorted(set(writable())),
        "status": status(),
        "environment": dict(os.environ),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "hostname": socket.gethostname(),
        "cgroup": lines("/proc/self/cgroup"),
        "workspace": sorted(os.listdir("/workspace")),
        "sensitive": [path for path in SENSITIVE if os.path.exists(path)],
    }
    # Last, as one that works may leave nothing else to be seen.
    report["calls"] = {name: asks_kernel(*words) for name, words in calls().items()}
    sys.stdout.write(json.dumps(report) + "\n")


if __name__ == "__main__":
    main(sys.argv[2:], int(sys.argv[1]))
