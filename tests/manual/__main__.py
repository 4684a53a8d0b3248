"""``python -m tests.manual`` prints the manual into docs/language."""

from __future__ import annotations

from tests.manual.counts import counts
from tests.manual.pages import pages
from tests.manual.stale import write


def main() -> None:
    changed = write(pages())
    print("\n".join([*changed, counts()]))


if __name__ == "__main__":
    main()
