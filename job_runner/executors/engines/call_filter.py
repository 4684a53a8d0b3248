"""The list of system calls of ``seccomp`` as a program for the kernel.

For engines that take no profile as Docker does. libseccomp makes it, which Docker and
Podman call as well, so that one list means the same in every box; apt itself needs the
library, so it is on every Debian. Called by ctypes: its own binding isn't on PyPI, and
the one that is (pyseccomp) has had no release since 2021.
"""

from __future__ import annotations

import ctypes
import json
import os
from typing import Any

from job_runner.errors import PlatformError
from job_runner.executors import seccomp

LIBRARY = "libseccomp.so.2"
ALLOW = 0x7FFF0000
ERRNO = 0x00050000
EPERM = 1
EQUAL, MASKED_EQUAL = 4, 7
COMPARISONS = {"SCMP_CMP_EQ": EQUAL, "SCMP_CMP_MASKED_EQ": MASKED_EQUAL}
UNKNOWN = -1
"""What the library says of a name that isn't in its table: a call newer than itself."""


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def program(library: str = LIBRARY) -> bytes:
    """What ``prctl(PR_SET_SECCOMP)`` takes, for this machine. PlatformError.

    A call by another architecture's numbers kills. Names that the library doesn't know
    stay refused.
    """
    profile = json.loads(seccomp.profile())
    try:
        lib = _library(library)
        context = lib.seccomp_init(ERRNO | EPERM)
        for rule in profile["syscalls"]:
            _add(lib, context, rule)
        return _exported(lib, context)
    except OSError as error:
        raise PlatformError(
            f"system calls can't be filtered: {error}",
            where=library,
            remedy="Install libseccomp2, or choose another engine.",
        ) from None


def _library(name: str) -> ctypes.CDLL:
    lib = ctypes.CDLL(name)
    lib.seccomp_init.restype = ctypes.c_void_p
    lib.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    lib.seccomp_rule_add_array.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(_Comparison),
    )
    lib.seccomp_export_bpf.argtypes = (ctypes.c_void_p, ctypes.c_int)
    lib.seccomp_release.argtypes = (ctypes.c_void_p,)
    return lib


def _add(lib: ctypes.CDLL, context: int, rule: dict[str, Any]) -> None:
    allowed = rule["action"] == "SCMP_ACT_ALLOW"
    action = ALLOW if allowed else ERRNO | int(rule["errnoRet"])
    tests = [
        _Comparison(arg["index"], COMPARISONS[arg["op"]], arg["value"], arg["valueTwo"])
        for arg in rule.get("args", ())
    ]
    array = (_Comparison * max(1, len(tests)))(*tests)
    for name in rule["names"]:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        if number == UNKNOWN:
            continue
        done = lib.seccomp_rule_add_array(context, action, number, len(tests), array)
        if done != 0:
            raise OSError(-done, f"{name}: {os.strerror(-done)}")


def _exported(lib: ctypes.CDLL, context: int) -> bytes:
    out = os.memfd_create("seccomp")
    try:
        done = lib.seccomp_export_bpf(context, out)
        if done != 0:
            raise OSError(-done, os.strerror(-done))
        return os.pread(out, os.fstat(out).st_size, 0)
    finally:
        os.close(out)
        lib.seccomp_release(context)
