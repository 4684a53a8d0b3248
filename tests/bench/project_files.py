"""Project files: a very large one read, planned and listed; bombs refused."""

from __future__ import annotations

import json
import resource
from collections.abc import Mapping

from tests.bench.measure import Bench
from tests.bench.rows import Found, Measuring, Row

ACTIONS = 2_500
STEP = """\
  action_{0}:
    run: python:v2 python analysis/step_{0}.py
    needs: [{1}]
    outputs:
      highly_sensitive:
        rows: output/rows_{0}/part_*.csv
      moderately_sensitive:
        table: output/table_{0}_*.csv
"""
BOMBS: Mapping[str, bytes] = {
    "50,000 brackets": b"[" * 50_000,
    "ten levels of ten aliases": b"a1: &a1 [x,x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"a%d: &a%d [%s]\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 10))
        for i in range(2, 11)
    ),
    "100 MB": b"a: 1\n" * 20_000_000,
    "400,000 keys alike": b"a: 1\n" * 400_000,
    "200,000 lists": b"- " + b"[a, b]\n- " * 200_000,
}


def projects(bench: Bench) -> Row:
    path = bench.folder / "many-actions.yaml"
    steps = (STEP.format(i, f"action_{i - 1}" if i else "") for i in range(ACTIONS))
    path.write_text(f"version: 5\nactions:\n{''.join(steps)}")
    times = [_cpu(bench, "-m", "cli", "project", "check", str(path))[0]]
    times += [
        _cpu(bench, "-m", "cli", "project", "check", str(path))[0]
        for _ in range(bench.rounds)
    ]
    work = f"a project file of {ACTIONS:,} actions checked, planned and listed"
    found = Found("{} s of CPU, a whole process", min(times), 2)
    return Row(work, [found], f"{path.stat().st_size / 1e6:.1f} MB of YAML")


def bombs(bench: Bench) -> Row:
    """The slowest and the largest of them; each once, as nothing is compared."""
    seconds, memory = [], []
    path = bench.folder / "bomb.yaml"
    for bomb in BOMBS.values():
        path.write_bytes(bomb)
        took, told = _cpu(bench, "-m", "tests.bench.project_worker", str(path))
        assert json.loads(told)["refused"]
        seconds.append(took)
        memory.append(json.loads(told)["memory"])
    path.unlink()
    found = [
        Found("the slowest refused after {} s of CPU", max(seconds), 2),
        Found("{} MB of memory", max(memory) / 1e6, 500),
    ]
    return Row(f"hostile project files: {', '.join(BOMBS)}", found, _each(seconds))


def _each(seconds: list[float]) -> str:
    return ", ".join(f"{one:.2f} s" for one in seconds)


def _cpu(bench: Bench, *arguments: str) -> tuple[float, str]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = bench.process(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return user + system, told


ROWS: Mapping[str, Measuring] = {"project-files": projects, "project-bombs": bombs}
