"""Every kind of error has an exit code, every code a meaning, and none is told twice."""

import pytest

from cli import exits
from cohort_dsl.errors import StrongroomError
from output_checker.errors import CheckerError


def kinds(cls: type) -> list[type]:
    return [kind for below in cls.__subclasses__() for kind in (below, *kinds(below))]


@pytest.mark.parametrize("kind", [*kinds(StrongroomError), *kinds(CheckerError)])
def test_every_kind_of_error_has_an_exit_code_of_its_own_or_its_parents(kind):
    parents = [parent for parent in kind.__mro__ if parent in exits.EXIT_CODES]
    assert parents, f"{kind.__name__} would end as a mistake of our own"


def test_every_exit_code_is_explained():
    assert set(exits.EXIT_CODES.values()) <= set(exits.MEANINGS)
