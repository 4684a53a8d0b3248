"""``python -m tests.manual`` prints the manuals into docs."""

from __future__ import annotations

from tests.manual import checks, conformance, engines_page, faults_page
from tests.manual.counts import counts
from tests.manual.pages import pages
from tests.manual.stale import write


def main() -> None:
    changed = [*write(pages()), *checks.write(), *faults_page.write(), *conformance.write()]
    changed += engines_page.write()
    print("\n".join([*changed, counts()]))


if __name__ == "__main__":
    main()
