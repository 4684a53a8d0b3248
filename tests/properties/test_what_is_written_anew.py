"""Whatever bytes a file has: it is looked into without an accident, and what would leave of
it is plain, bounded, and the same when it is read and written again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from output_checker.checks import registry
from output_checker.opaque.opened import opaque
from output_checker.report import Form, Verdict
from output_checker.review.request import printable
from tests.a_cohort import DEFAULT

NAMES = st.sampled_from(("x.csv", "x.tsv", "x.txt", "x.log", "x.png", "x.jpg", "x"))
WORDS = st.text(st.sampled_from("abé1 .,;|\"'\t\n=<{[\u00a0"), max_size=200)
STARTS = st.sampled_from(
    (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xef\xbb\xbf", b"[", b"(lp0\n")
)
BYTES = st.tuples(STARTS, st.binary(max_size=200)).map(b"".join)


@given(NAMES, BYTES | st.text(max_size=200).map(str.encode) | WORDS.map(str.encode))
def test_any_bytes_are_looked_into_and_no_machine_passes_them(name, data):
    file = opaque(f"output/{name}", data, DEFAULT, tuple)
    findings = registry.run(file)
    assert findings[0].verdict > Verdict.PASS
    assert not any("broke off" in finding.reason for finding in findings)
    assert file.rewritten is not None or findings[0].verdict is Verdict.FAIL


@given(st.sampled_from(("x.csv", "x.txt")), WORDS)
def test_what_would_leave_is_plain_and_the_same_again(name, text):
    first = opaque(f"output/{name}", text.encode(), DEFAULT, tuple).rewritten
    if first is None:
        return
    lines = first.data.decode().split("\n")
    assert lines[-1] == ""
    assert all(map(printable, lines))
    assert len(lines) - 1 <= DEFAULT.opaque_lines
    if first.form is Form.TEXT:
        again = opaque(f"output/{name}", first.data, DEFAULT, tuple).rewritten
        assert again == first
