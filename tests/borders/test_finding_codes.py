"""Every check has a code, and every code a meaning that may be told outside."""

from output_checker.checks.registry import CHECKS
from output_checker.review.codes import MEANINGS, advice, explained


def test_every_check_has_its_meaning_and_every_meaning_its_check():
    """A check's code is its module's name, in words."""
    modules = {check.__module__ for checks in CHECKS.values() for check in checks}
    assert set(MEANINGS) == {m.rpartition(".")[2].replace("_", " ") for m in modules}


def test_a_meaning_is_part_of_a_sentence_and_its_remedy_is_one():
    for code, meaning in MEANINGS.items():
        assert not meaning.problem.endswith(".")
        assert meaning.remedy.endswith(".")
        assert explained(code) in f"{meaning.problem} ({code})"
        assert advice(code)[0].isupper()


def test_a_code_that_nobody_knows_is_told_as_it_is():
    assert (explained("new"), advice("new")) == ("new", "new.")
