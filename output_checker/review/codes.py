"""What a finding's code means, as its author is told outside.

A finding's own words may name groups and numbers, so they stay inside. A code and its
meaning don't depend on the data. A test holds this table against the checks there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What was found, and what an author can do, for any output."""

    problem: str
    remedy: str


MEANINGS: Mapping[str, Meaning] = {
    "opaque": Meaning(
        "no claim says what it is, so it can't be recomputed",
        "Write a table and its claim with output_checker.claims.",
    ),
    "mislabelled": Meaning(
        "its name doesn't say what it is by its bytes",
        "Let its name end as such files' names do.",
    ),
    "unseen": Meaning(
        "it has characters that people can't see, or isn't UTF-8",
        "Write plain text in UTF-8.",
    ),
    "shape": Meaning(
        "it is too large, too uneven or too broken to be written anew",
        "Write a small table, a few lines, or a picture of a few million points.",
    ),
    "row level": Meaning(
        "it looks like one line per person",
        "Count people in groups instead of listing them.",
    ),
    "identifiers": Meaning(
        "patients' numbers may stand in it",
        "Count people in groups instead of naming them.",
    ),
    "rare words": Meaning(
        "some of its words or numbers are in the records of few people",
        "Merge rare groups, use common words, and round numbers.",
    ),
    "days": Meaning(
        "it has many different days, as dates of birth are",
        "Give years, or count people by month.",
    ),
    "extremes": Meaning(
        "it speaks of smallest or largest values, which are one person's own",
        "Give percentiles that leave enough people on both sides.",
    ),
    "small numbers": Meaning(
        "it has small whole numbers, which may count that few people",
        "Claim tables of counts, so that small ones are hidden.",
    ),
    "truth": Meaning(
        "what its claim says couldn't be confirmed from the cohort",
        "Make table and claim by one call, from the cohort file as it was extracted.",
    ),
    "levels": Meaning(
        "its groups' names come from the data, and some belong to few people",
        "Group by fixed levels: categories, or bands of a number.",
    ),
    "words": Meaning(
        "its title, conditions or bands have words or numbers that a table doesn't need",
        "Use round numbers, common words and a plain title.",
    ),
    "few values": Meaning(
        "what it averages has so few different values that the mean is a count",
        "Make a table of counts instead.",
    ),
    "derived": Meaning(
        "it was counted in a frame that an action made, which nobody has recomputed",
        "Define columns in the dataset definition where you can; explain the others.",
    ),
    "protection": Meaning(
        "no way of hiding cells leaves a table that is safe and still says something",
        "Use fewer or broader groups.",
    ),
    "class disclosure": Meaning(
        "a whole group has the same answer, so it is known of each of them",
        "Use broader groups, or tell the reviewers why this tells nothing new.",
    ),
    "differencing": Meaning(
        "together with other tables or earlier releases it singles out a few people",
        "Use the same people and the same groups in all tables.",
    ),
    "threshold": Meaning(
        "some cells count so few people that they and others had to be hidden",
        "Use broader groups to see more.",
    ),
    "dominance": Meaning(
        "a few people make up most of a total",
        "Use broader groups, or count people instead of adding values.",
    ),
    "providers": Meaning(
        "some cells are about few practices or units",
        "Use groups that more of them have patients in.",
    ),
    "percentiles": Meaning(
        "some percentiles have few people beyond them, or are one value that many share",
        "Use broader groups, and percentiles further inside.",
    ),
    "figure": Meaning(
        "the picture that it asks for can't be drawn of it",
        "Give it groups, fewer of them, or ask for no picture.",
    ),
    "labels": Meaning(
        "a label of it can't be shown as it is",
        "Change it in the cohort definition, or merge it with another.",
    ),
    "residual degrees": Meaning(
        "its model has hardly more patients than coefficients",
        "Use fewer terms, or a larger population.",
    ),
    "model levels": Meaning(
        "its model has groups of few patients, or with few who have the outcome",
        "Merge levels of its terms.",
    ),
    "dummies": Meaning(
        "its model has a column in which few patients differ from all others",
        "Leave that column out.",
    ),
    "leverage": Meaning(
        "single patients determine much of its model",
        "Leave out extreme values and rare combinations, or use bands.",
    ),
    "saturated": Meaning(
        "its model has a coefficient for every kind of patient, so it is a table",
        "Make the table, or adjust for another term.",
    ),
    "model means": Meaning(
        "its model tells totals that a few patients make up, or counts",
        "Use wider groups, or another family or outcome.",
    ),
    "perfect fit": Meaning(
        "its model's outcome follows from its terms",
        "Leave out terms that the outcome is computed from.",
    ),
    "printed digits": Meaning(
        "its rates have digits that give rounded counts away",
        "Let rates() of output_checker.claims compute them.",
    ),
}


def explained(code: str) -> str:
    """The code's meaning with the code, as part of a sentence."""
    meaning = MEANINGS.get(code)
    return f"{meaning.problem} ({code})" if meaning else code


def advice(code: str) -> str:
    """The code's meaning and what to do, as sentences."""
    meaning = MEANINGS.get(code)
    if meaning is None:
        return f"{code}."
    said = f"{meaning.problem} ({code}). {meaning.remedy}"
    return said[0].upper() + said[1:]
