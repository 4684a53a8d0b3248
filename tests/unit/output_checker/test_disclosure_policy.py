"""A disclosure policy is read strictly, or not at all."""

import hashlib
from pathlib import Path

import pytest

from output_checker import policy
from output_checker.errors import PolicyError

READY = Path(policy.__file__).parent / "policies"
DEFAULT = (READY / "default.yaml").read_bytes()


def test_the_default_hides_counts_under_ten_and_rounds_to_five():
    found = policy.ready_made("default")
    assert (found.threshold, found.round_to) == (10, 5)


def test_opensafelys_rule_redacts_seven_or_fewer():
    assert policy.ready_made("opensafely").threshold == 8


def test_a_policy_is_known_by_the_hash_of_its_file():
    found = policy.load(READY / "default.yaml")
    assert found.sha256 == hashlib.sha256(DEFAULT).hexdigest()


def test_an_unknown_ready_made_policy_is_told_with_those_that_exist():
    with pytest.raises(PolicyError, match="lenient") as told:
        policy.ready_made("lenient")
    assert "default, opensafely" in told.value.remedy


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            (b"threshold: 10", b"treshold: 10"),
            "unknown keys: treshold; missing keys: threshold",
        ),
        ((b"threshold: 10", b"threshold: 1"), "threshold must be a whole number from 2"),
        ((b"threshold: 10", b"threshold: true"), "threshold must be a whole number"),
        ((b"threshold: 10", b"threshold: 10.5"), "threshold must be a whole number"),
        ((b"round_to: 5", b"round_to: 5\nround_to: 1"), "twice"),
        ((b"rounding: nearest", b"rounding: up"), "rounding must be one of: nearest, mid"),
        ((b"[practice_id,", b"[7,"), "provider_columns must be a list of columns"),
        ((b"[practice_id,", b"['a b',"), "provider_columns must be a list of columns"),
        ((b"provider_threshold: 3", b"provider_threshold: 0"), "provider_threshold must"),
        ((b"[table, text,", b"[table, sheet,"), "opaque_forms must be a list of some of"),
        ((b"[table, text, picture]", b"table"), "opaque_forms must be a list"),
        ((b"opaque_lines: 200", b"opaque_lines: 0"), "opaque_lines must be a whole number"),
        ((b"name: default", b"name: 7"), "name must be a word"),
        ((b"name: default", b"name: [oops"), "isn't YAML"),
        ((b"threshold: 10", b"? {a: 1}\n: 10"), "isn't YAML"),
        ((b"threshold: 10", b"threshold: 2024-13-45"), "isn't YAML"),
        ((b"threshold: 10", b"threshold: " + b"[" * 5000), "isn't YAML"),
        ((DEFAULT, b"[]"), "'key: value' lines"),
    ],
)
def test_what_a_policy_may_not_say(change, problem):
    with pytest.raises(PolicyError, match=problem) as told:
        policy.parse(DEFAULT.replace(*change), where="site.yaml")
    assert told.value.where == "site.yaml"


def test_every_mistake_is_told_at_once():
    text = DEFAULT.replace(b"threshold: 10", b"threshold: 0").replace(b": 30", b": 0")
    with pytest.raises(PolicyError, match=r"threshold .*; solver_seconds"):
        policy.parse(text, where="site.yaml")


def test_a_policy_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(PolicyError, match="can't be read"):
        policy.load(tmp_path / "none.yaml")
