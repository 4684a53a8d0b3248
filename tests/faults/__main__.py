"""``make faults``: the table of scenario, tests and result, from running them now."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from tests.faults.scenarios import SCENARIOS, Scenario


class Results:
    """What became of each test, by its file and name without parameters."""

    def __init__(self) -> None:
        self.failed: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        self.told: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.removeprefix("tests/").partition("[")[0]
        if report.failed or (report.when == "setup" and report.skipped):
            self.failed[name] += 1
        elif report.when == "call" and report.passed:
            self.passed[name] += 1
            self.told += [
                f"{name}: {v}" for k, v in report.user_properties if k == "summary"
            ]

    def of(self, scenario: Scenario) -> tuple[int, int]:
        """How many of its tests passed, and how many didn't."""
        counts = (self.passed, self.failed)
        one, other = (
            sum(n for name, n in count.items() if _belongs(name, scenario))
            for count in counts
        )
        return one, other


def _belongs(name: str, scenario: Scenario) -> bool:
    return any(name == test or name.startswith(f"{test}::") for test in scenario.tests)


def lines(results: Results) -> list[str]:
    """The table, in Markdown."""
    head = "| | what goes wrong | what must come of it | tests | result |"
    return [head, "|---|---|---|---|---|", *(_line(results, one) for one in SCENARIOS)]


def _line(results: Results, scenario: Scenario) -> str:
    passed, failed = results.of(scenario)
    told = f"**{failed} of {passed + failed} failed**" if failed else "safe"
    cells = [str(scenario.number), scenario.fault, scenario.safe, str(passed + failed)]
    return f"| {' | '.join([*cells, told if passed + failed else '**none was run**'])} |"


def main() -> int:
    results = Results()
    wanted = sorted({f"tests/{test}" for s in SCENARIOS for test in s.tests})
    code = pytest.main(["-q", "--no-header", *wanted], plugins=[results])
    print("\n".join(["", *lines(results), "", *results.told]))
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
