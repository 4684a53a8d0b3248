# ruff: noqa: S608 (columns are quoted and from the file's own list; values are bound)
"""A text's words looked up among the people of cohorts. Only numbers come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from output_checker.opaque import words
from output_checker.verify.cohort import MEASURABLE, PATIENT, Cohort

SHORTEST = 4
"""Characters of a patient's number; a shorter one can't be told from a count."""
KEYS = f"""
    CREATE TEMP TABLE IF NOT EXISTS keys AS SELECT key, length(key) AS size FROM (
        SELECT DISTINCT
            regexp_replace(lower({PATIENT}::VARCHAR), '[^\\p{{L}}\\p{{N}}]', '', 'g') AS key
        FROM cohort)
"""
"""Patients' numbers in small letters and digits, worked out once for a cohort."""
WORDS_OF = r"regexp_extract_all(lower(value), '\p{L}{3,}')"
SYMBOLS = 16
"""Letters and digits that a number which isn't one is written with, at least."""


@dataclass(frozen=True)
class Scan:
    """How a text and the people of one cohort meet, in numbers.

    ``people``: of the cohort. ``named``: patients' numbers that stand in the text;
    ``by_chance``: about how many would, were its digits any. ``short``: patients' numbers
    that are too short to be looked up. ``values``, ``words``, ``numbers``: what stands in
    the text and in the records of fewer than the policy's threshold of patients: whole
    values, single words, and numbers of many digits.
    """

    people: int
    named: int = 0
    by_chance: float = 0.0
    short: int = 0
    values: int = 0
    words: int = 0
    numbers: int = 0


def scan(cells: Sequence[str], cohort: Cohort, few: int) -> Scan:
    """The text in these cells against one cohort; below ``few`` patients are few."""
    ((people,),) = cohort.ask("SELECT count(*) FROM cohort")
    named, by_chance, short = _named(words.runs(cells), cohort)
    whole = frozenset(" ".join(c.lower().split()) for c in cells if len(c.strip()) > 2)
    return Scan(
        people=people,
        named=named + _digests(words.digests(cells), cohort),
        by_chance=by_chance,
        short=short,
        values=_rare_values(whole, cohort, few),
        words=_rare_words(words.words(cells), cohort, few),
        numbers=_rare_numbers(words.numbers(cells), cohort, few),
    )


def _named(runs: frozenset[str], cohort: Cohort) -> tuple[int, float, int]:
    """Keys found, about how many would be found by chance, and keys too short to find."""
    named, by_chance, short = 0, 0.0, 0
    cohort.ask(KEYS)
    lengths = """SELECT size, count(*), bool_and(key SIMILAR TO '[0-9]+')
        FROM keys GROUP BY 1 ORDER BY 1"""
    for length, keys, digits in cohort.ask(lengths):
        if length < SHORTEST:
            short += keys
            continue
        pieces = words.windows(runs, length)
        found = "SELECT count(*) FROM keys WHERE key IN (SELECT word FROM given)"
        named += _count(cohort, pieces, found)
        alike = sum(map(str.isdigit, pieces)) if digits else len(pieces)
        by_chance += alike * keys / (9 * 10 ** (length - 1) if digits else SYMBOLS**length)
    return named, by_chance, short


def _digests(found: frozenset[str], cohort: Cohort) -> int:
    """Keys whose plain hash stands in the text."""
    key = f"{PATIENT}::VARCHAR"
    hashes = f"unnest([md5({key}), sha1({key}), sha256({key})])"
    sql = f"""SELECT count(*) FROM (SELECT {hashes} AS hash FROM cohort)
        WHERE hash IN (SELECT word FROM given)"""
    return _count(cohort, found, sql)


def _rare_values(found: frozenset[str], cohort: Cohort, few: int) -> int:
    """How many of these are the whole value of some patients, but of few."""
    return max(
        (
            _count(
                cohort,
                found,
                f"""SELECT count(*) FROM (
                    SELECT trim(lower({column})) AS value FROM cohort
                    GROUP BY 1 HAVING count(*) < {few})
                WHERE value IN (SELECT word FROM given)""",
            )
            for column in _texts(cohort)
        ),
        default=0,
    )


def _rare_words(found: frozenset[str], cohort: Cohort, few: int) -> int:
    """How many of these are in the text of some patients, but of few.

    Each column's rare words are worked out once, from its different values.
    """
    most = 0
    for place, column in enumerate(_texts(cohort)):
        cohort.ask(f"""CREATE TEMP TABLE IF NOT EXISTS rare_{place} AS
            SELECT part FROM (
                SELECT unnest(list_distinct({WORDS_OF})) AS part, people FROM (
                    SELECT {column} AS value, count(*) AS people FROM cohort GROUP BY 1))
            GROUP BY 1 HAVING sum(people) < {few}""")
        sql = f"SELECT count(*) FROM rare_{place} WHERE part IN (SELECT word FROM given)"
        most = max(most, _count(cohort, found, sql))
    return most


def _texts(cohort: Cohort) -> list[str]:
    columns = cohort.columns.items()
    return [cohort.sql(c) for c, kind in columns if kind == "VARCHAR" and c != PATIENT]


def _rare_numbers(found: frozenset[float], cohort: Cohort, few: int) -> int:
    numeric = [
        c for c, kind in cohort.columns.items() if kind in MEASURABLE and c != PATIENT
    ]
    return max((_numbers_in(c, found, cohort, few) for c in numeric), default=0)


def _numbers_in(name: str, found: frozenset[float], cohort: Cohort, few: int) -> int:
    sql = f"""SELECT count(*) FROM (SELECT {cohort.sql(name)}::DOUBLE AS value FROM cohort
        GROUP BY 1 HAVING count(*) < {few})
        WHERE value IN (SELECT word::DOUBLE FROM given)"""
    return _count(cohort, map(repr, found), sql)


def _count(cohort: Cohort, found: Iterable[str], sql: str) -> int:
    given = sorted(found)
    if not given:
        return 0
    ((number,),) = cohort.ask_beside(given, sql)
    return int(number)
