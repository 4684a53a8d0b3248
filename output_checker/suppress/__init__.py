"""Which cells of tables to hide so that nobody can work out the small ones, with proof.

>>> from output_checker.suppress import audited, protected, read
>>> outcome = protected(read(Path("problem.json")), seconds=60)
>>> outcome.secondary, outcome.cost, outcome.proven

``docs/disclosure.md`` tells how a problem is written.
"""

from output_checker.suppress.disclosure import Outcome, Primary, audited, protected
from output_checker.suppress.problem_file import Stated, loads, read, read_pattern

__all__ = [
    "Outcome",
    "Primary",
    "Stated",
    "audited",
    "loads",
    "protected",
    "read",
    "read_pattern",
]
