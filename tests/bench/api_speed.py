"""Status requests, over real HTTP on loopback, to a server that has one core."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import api_store
from tests.bench.measure import ROOT, Bench
from tests.bench.rows import Found, Measuring, Row

JOBS, RATE, SECONDS = 50_000, 300, 10
CORE = min(os.sched_getaffinity(0))
"""The server's; who asks is on the others, if there are any."""


@dataclass(frozen=True)
class Server:
    """A server that answers. ``pinned``: whether it has one core for sure."""

    port: int
    process: int
    pinned: bool

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has taken so far."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def api(bench: Bench) -> Row:
    """At the rate that is required, with as much load as that is; the best round counts."""
    jobs = max(50, round(JOBS * bench.scale))
    count = max(30, round(RATE * SECONDS * min(1, bench.scale)))
    site, token = api_store.made(bench.folder / "api-site", jobs)
    with served(site.root) as server:
        asked = {
            "port": server.port,
            "core": CORE,
            "token": token,
            "requests": max(1, jobs // api_store.JOBS_EACH),
        }
        bench.told("tests.bench.api_client", json.dumps({**asked, "count": 30, "rate": 50}))
        rounds = []
        for _ in range(bench.rounds):
            before = server.cpu
            job = json.dumps({**asked, "count": count, "rate": RATE})
            ran = bench.told("tests.bench.api_client", job)
            each = max(server.cpu - before, 1e-9) / count
            rounds.append({**ran, "each": each})
    best = min(rounds, key=lambda ran: ran["p99"])
    found = [
        Found("{} a second on one core", 1 / best["each"], RATE, more_is_better=True),
        Found(f"p99 {{}} ms at {RATE} a second", best["p99"] * 1000, 100),
    ]
    times = f"{best['each'] * 1000:.2f} ms of CPU each, p50 {best['p50'] * 1000:.1f} ms"
    where = "pinned to one core" if server.pinned else "on no core of its own"
    return Row(f"status requests, {jobs:,} jobs stored, server {where}", found, times)


ROWS: Mapping[str, Measuring] = {"api": api}


@contextmanager
def served(site: Path) -> Iterator[Server]:
    """``strongroom serve`` as people run it, on one core where that can be had."""
    pin = shutil.which("taskset")
    words = [sys.executable, "-m", "cli", "serve", str(site), "--port", "0"]
    pinned = [pin, "-c", str(CORE), *words] if pin else words
    with subprocess.Popen(pinned, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            sign = site / "state" / "serve.json"
            end = time.monotonic() + 60
            while not sign.exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("the server didn't start")
                time.sleep(0.02)
            url = json.loads(sign.read_text())["url"]
            yield Server(int(url.rpartition(":")[2]), process.pid, bool(pin))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
