"""No change to a ledger's bytes goes unseen."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from job_runner.errors import LedgerDamaged
from job_runner.ledger import Head, Ledger
from tests.jobs_made import NOON

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
BODIES = st.dictionaries(st.text(), JSON, max_size=4)


def a_ledger() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger")
        for number in range(6):
            ledger.append("job", {"n": number, "état": "é"}, who="runner", at=NOON)
        return (Path(folder) / "ledger").read_bytes()


SOUND = a_ledger()
NOTED = Head(6, SOUND.splitlines()[-1].decode().partition('"sha256":"')[2][:64])


def verified(data: bytes, known: Head | None = NOTED) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        path.write_bytes(data)
        return Ledger(path).verify(known)


def test_the_untouched_ledger_is_sound() -> None:
    assert verified(SOUND) == 6


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
@settings(deadline=None)
def test_no_byte_can_change(at: int, by: int) -> None:
    data = bytearray(SOUND)
    data[at] ^= by
    with pytest.raises(LedgerDamaged):
        verified(bytes(data))


@given(st.integers(0, len(SOUND)), st.integers(1, len(SOUND)))
@settings(deadline=None)
def test_nothing_can_be_taken_away(start: int, length: int) -> None:
    data = SOUND[:start] + SOUND[start + length :]
    if data != SOUND:
        with pytest.raises(LedgerDamaged):
            verified(data)


@given(st.integers(0, len(SOUND)), st.binary(min_size=1, max_size=40))
@settings(deadline=None)
def test_nothing_can_be_put_in(at: int, more: bytes) -> None:
    with pytest.raises(LedgerDamaged):
        verified(SOUND[:at] + more + SOUND[at:])


@given(st.permutations(SOUND.splitlines(keepends=True)))
@settings(deadline=None)
def test_no_other_order_is_sound(lines: list[bytes]) -> None:
    data = b"".join(lines)
    if data != SOUND:
        with pytest.raises(LedgerDamaged):
            verified(data)


@given(st.lists(st.tuples(st.text(), BODIES, st.text()), max_size=4))
@settings(deadline=None)
def test_whatever_is_appended_comes_back(
    entries: list[tuple[str, dict[str, object], str]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger")
        for kind, body, who in entries:
            ledger.append(kind, body, who=who, at=NOON)
        assert [(e.kind, e.body, e.who) for e in ledger.entries()] == entries
