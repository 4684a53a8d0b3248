"""What a box may ask of the kernel: the calls an analysis needs, and no others.

Docker's default profile (20.10) lets through three things that matter here. AF_VSOCK
sockets reach the hypervisor whatever the network namespace; io_uring makes sockets behind
a seccomp filter's back; ptrace is half the way of many escapes. So a box has a profile of
its own: a list of what is allowed, by name, from the kernel's table of system calls. What
isn't listed is refused, and so is every call by another architecture's numbers.
"""

from __future__ import annotations

import json
from typing import Any

ENOSYS = 38

FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat
    faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl
    fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync
    ftruncate futimesat getcwd getdents getdents64 getxattr inotify_add_watch inotify_init
    inotify_init1 inotify_rm_watch ioctl lchown lgetxattr link linkat listxattr llistxattr
    lremovexattr lseek lsetxattr lstat memfd_create mkdir mkdirat mknod mknodat newfstatat
    open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read
    readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile
    setxattr splice stat statfs statx symlink symlinkat sync sync_file_range syncfs tee
    truncate umask unlink unlinkat utime utimensat utimes vmsplice write writev
"""
MEMORY = """
    brk madvise membarrier mincore mlock mlock2 mlockall mmap mprotect mremap mseal msync
    munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect shmat shmctl shmdt shmget
"""
PROCESSES = """
    arch_prctl capget capset execve execveat exit exit_group fork futex futex_requeue
    futex_wait futex_waitv futex_wake get_robust_list get_thread_area getcpu getegid geteuid
    getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid
    getrlimit getrusage getsid gettid getuid ioprio_get ioprio_set kill landlock_add_rule
    landlock_create_ruleset landlock_restrict_self pause pidfd_open pidfd_send_signal prctl
    prlimit64 restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo
    rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max
    sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
    sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler
    sched_yield seccomp set_robust_list set_thread_area set_tid_address setfsgid setfsuid
    setgid setgroups setpgid setpriority setregid setresgid setresuid setreuid setrlimit
    setsid setuid sigaltstack sysinfo tgkill tkill uname vfork wait4 waitid
"""
TIME_AND_WAITING = """
    alarm clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl
    epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 getitimer getrandom gettimeofday
    nanosleep poll ppoll pselect6 select setitimer signalfd signalfd4 time timer_create
    timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime
    timerfd_settime times
"""
BETWEEN_PROCESSES = """
    accept accept4 bind connect getpeername getsockname getsockopt listen mq_getsetattr
    mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd
    recvfrom recvmmsg recvmsg semctl semget semop semtimedop sendmmsg sendmsg sendto
    setsockopt shutdown socketpair
"""

FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
"""Sockets that the empty network namespace holds in; a notebook's parts talk over them."""

PERSONALITIES = (0x0, 0x0008, 0x20000, 0x20008, 0xFFFFFFFF)
"""Linux as it is, and asking; not those that turn off a protection of memory."""

NEW_NAMESPACES = 0x7E020000
"""All flags of ``clone`` that make a namespace."""

NOT_THERE = "clone3 io_uring_enter io_uring_register io_uring_setup"
"""Answered as by an older kernel, so that libraries go another way. The flags of ``clone3``
lie in memory, where no filter can read them."""


def profile() -> str:
    """As Docker takes it: JSON. The same for every box."""
    allowed = [FILES, MEMORY, PROCESSES, TIME_AND_WAITING, BETWEEN_PROCESSES]
    rules = [
        _allow(" ".join(allowed)),
        _allow("clone", 0, NEW_NAMESPACES, "SCMP_CMP_MASKED_EQ"),
        *(_allow("socket", 0, family) for family in FAMILIES.values()),
        *(_allow("personality", 0, kind) for kind in PERSONALITIES),
        {"names": NOT_THERE.split(), "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS},
    ]
    return json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": rules})


def _allow(
    names: str, index: int = 0, value: int | None = None, op: str = "SCMP_CMP_EQ"
) -> dict[str, Any]:
    rule: dict[str, Any] = {"names": sorted(names.split()), "action": "SCMP_ACT_ALLOW"}
    if value is not None:
        rule["args"] = [{"index": index, "value": value, "valueTwo": 0, "op": op}]
    return rule
