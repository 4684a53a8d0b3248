"""``python -m cohort_dsl.evaluate DEFINITION --output FILE [--asks KIND] [-- ARGUMENTS]``

With ``--test-data FILE`` the definition is a file of test data, which go to that file.

Runs a definition and writes its question as JSON. Exit codes: 0 the file is written; 2 it
was called wrongly; 3 the definition has a mistake, which is told on stderr, and nothing
is written. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from cohort_dsl import load
from cohort_dsl.errors import DefinitionError
from cohort_dsl.model import wire

MISTAKE = 3


def main(arguments: Sequence[str], stderr: TextIO) -> int:
    """The exit code, after the work is done."""
    ours, theirs = _split(list(arguments))
    wanted = _parser().parse_args(ours)
    try:
        if wanted.test_data is None:
            question = load.definition(wanted.definition, theirs, wanted.asks)
        else:
            question, data = load.with_tests(wanted.definition, theirs)
            _write(wanted.test_data, json.dumps(data).encode())
    except DefinitionError as error:
        stderr.write(f"{error}\n")
        return MISTAKE
    _write(wanted.output, wire.dumps(question))
    return 0


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What stands after -- is for the definition itself."""
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cohort_dsl.evaluate")
    parser.add_argument("definition", type=Path)
    parser.add_argument("--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--test-data", type=Path, metavar="FILE")
    parser.add_argument(
        "--asks",
        choices=list(load.CLASSES),
        help="what is wanted of it [default: whatever it asks for]",
    )
    return parser


def _write(target: Path, data: bytes) -> None:
    """All of the file or none of it."""
    partial = target.with_name(f"{target.name}.partial")
    partial.write_bytes(data)
    os.replace(partial, target)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stderr))
