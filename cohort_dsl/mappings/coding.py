"""Coding systems that a warehouse's codes are in, by the names of its vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cohort_dsl.codes import SYSTEMS, Code

VOCABULARIES: Mapping[str, str] = MappingProxyType(
    {
        "SNOMED": "snomedct",
        "SNOMEDCT": "snomedct",
        "SNOMED CT": "snomedct",
        "ICD10": "icd10",
        "CIM10": "cim10",
        "CIM-10": "cim10",
        "CCAM": "ccam",
        "ATC": "atc",
        "LOINC": "loinc",
        "UCD": "ucd",
        "OPCS4": "opcs4",
        "dm+d": "dmd",
        "BNF": "bnf",
        "CTV3": "ctv3",
    }
)
"""The names of vocabularies whose codes can be told by their shape, as Athena and we spell
them."""

UNCHECKED = (
    "ICD10CM", "ICD10PCS", "ICD9", "ICD9CM", "ICD9Proc", "ICD10GM", "RxNorm",
    "RxNorm Extension", "NDC", "CVX", "CPT4", "HCPCS", "MedDRA", "Read", "UCUM", "CIP",
    "CIP13", "NABM", "MeSH", "OMOP Extension", "Cost Type", "Visit", "Race", "Gender",
    "None",
)  # fmt: skip
"""Those whose codes aren't looked at. Only names of these two lists are ever told: what
else stands in such a column may be anything."""

OTHER = "others"


def system(vocabulary: str) -> type[Code] | None:
    """The coding system of a vocabulary; None where we know none of that name."""
    return SYSTEMS.get(_SYSTEM_OF.get(vocabulary.casefold(), ""))


def vocabulary_of(system: str) -> str:
    """The name of a system's vocabulary."""
    return next(name for name, one in VOCABULARIES.items() if one == system)


def told(vocabulary: str | None) -> str:
    """A name that may be shown."""
    if vocabulary is None:
        return "none"
    return _TOLD.get(vocabulary.casefold(), OTHER)


_SYSTEM_OF = {name.casefold(): one for name, one in VOCABULARIES.items()}
_TOLD = {name.casefold(): name for name in (*VOCABULARIES, *UNCHECKED)}


DOTTED = ("icd10", "cim10", "opcs4")
"""Systems that some write with a dot after the third character, as Athena does."""


def looks_like(system: type[Code], text: str, *, begun: bool = False) -> bool:
    """Could this be one of its codes, or ``begun`` the beginning of one?"""
    if system.system in DOTTED and text[3:4] == ".":
        text = text[:3] + text[4:]
    return system.is_begun(text) if begun else system.is_shaped(text)


@dataclass(frozen=True)
class Coded:
    """Rows with codes of one vocabulary. ``recognised``: whose codes look like its codes;
    None where that can't be told."""

    vocabulary: str
    rows: int
    recognised: int | None


def judged(counts: Iterable[tuple[str | None, str | None, int]]) -> tuple[Coded, ...]:
    """By vocabulary, from (vocabulary, code, number of rows). The largest come first."""
    rows: dict[str, int] = {}
    recognised: dict[str, int | None] = {}
    for vocabulary, code, number in counts:
        name, known = told(vocabulary), system(vocabulary or "")
        rows[name] = rows.get(name, 0) + number
        if known is None:
            recognised[name] = None
            continue
        fits = code is not None and looks_like(known, code)
        recognised[name] = (recognised.get(name) or 0) + (number if fits else 0)
    order = sorted(rows, key=lambda name: (-rows[name], name))
    return tuple(Coded(name, rows[name], recognised[name]) for name in order)
