"""Oracle's SQL is as it was, in every version; and short names are told apart."""

from __future__ import annotations

import re

import pytest

from cohort_dsl.model import nodes
from cohort_dsl.model.nodes import Node, walk
from cohort_dsl.model.wire import concrete
from cohort_dsl.sql.oracle import oracle
from cohort_dsl.sql.oracle_names import LONGEST
from cohort_dsl.sql.short_names import short
from tests.unit.sql.oracle_golden import GOLDEN, QUESTIONS, VERSIONS, alone, texts

# The language has no word for it: a codelist of beginnings becomes one.
SELDOM = {nodes.Prefix}


def test_the_sql_is_as_it_was() -> None:
    """Where a change is meant: python -m tests.unit.sql.oracle_golden."""
    changed = [p.name for p, told in texts().items() if p.read_text("utf-8") != told]
    assert changed == []


@pytest.mark.parametrize("version", VERSIONS)
def test_one_statement_is_the_same_in_every_version(version: str) -> None:
    golden = GOLDEN / "long_lists_alone.oracle.sql"
    assert alone(VERSIONS[version]) == golden.read_text("utf-8")


def test_there_is_every_kind_of_operation() -> None:
    asked = {type(node) for one in QUESTIONS for node in walk(one().roots())}
    assert set(concrete(Node)) - asked <= SELDOM


def test_no_name_is_too_long_for_the_oldest_and_none_stands_without_quotes() -> None:
    for told in texts().values():
        sent = re.sub(r"^--.*$|'[^']*'", "", told, flags=re.MULTILINE)
        names = re.findall(r'"([^"]*)"', sent)
        assert max(len(name.encode()) for name in names) <= LONGEST
        assert "a_name_that_is_longer_than_thirty_bytes" not in told


def test_long_names_with_one_beginning_are_told_apart() -> None:
    long = "b" * 40
    assert short(long + "1", LONGEST) != short(long + "2", LONGEST)
    assert len(short("é" * 30, LONGEST).encode()) <= LONGEST
    assert short("as it is", LONGEST) == "as it is"


def test_before_private_tables_sessions_have_names_of_their_own() -> None:
    """Every session sees the others' tables there, though not their rows."""
    one, other = (oracle((12, 2), session) for session in ("k3", "z9"))
    assert one.temporary.named("step_1") == "SR$K3_STEP_1"
    assert other.temporary.named("step_1") == "SR$Z9_STEP_1"
    assert oracle((18, 0)).temporary.named("step_1") == "ORA$PTT_STEP_1"
