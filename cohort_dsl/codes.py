"""Coding systems: what a code of each looks like, checked lightly.

The check is there to catch a slip (a dot, a lost leading zero, the wrong list), not to
know every code: whether a code exists is for the warehouse to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from cohort_dsl.model.types import ValueType, code, codes


@dataclass(frozen=True)
class Code:
    """One code of one coding system. Only its subclasses are used."""

    value: str

    system: ClassVar[str]
    title: ClassVar[str]
    shape: ClassVar[re.Pattern[str]]
    looks_like: ClassVar[str]
    longest: ClassVar[tuple[str, ...]]
    """Codes of full length, whose ends can complete the beginning of any other."""

    @classmethod
    def value_type(cls) -> ValueType:
        return code(cls.system)

    @classmethod
    def is_shaped(cls, text: str) -> bool:
        """Could this be one of the system's codes?"""
        return cls.shape.fullmatch(text) is not None

    @classmethod
    def is_begun(cls, text: str) -> bool:
        """Could one of the system's codes begin so?"""
        return any(
            cls.is_shaped(text + code[at:])
            for code in cls.longest
            for at in range(len(code) + 1)
        )


class SNOMEDCTCode(Code):
    """SNOMED CT: 6 to 18 digits, no leading zero."""

    system, title = "snomedct", "SNOMED CT"
    shape = re.compile(r"[1-9][0-9]{5,17}")
    looks_like = "6 to 18 digits, as in 73211009"
    longest = ("100000000000000000",)


class DMDCode(Code):
    """The NHS dictionary of medicines and devices (dm+d)."""

    system, title = "dmd", "dm+d"
    shape = re.compile(r"[1-9][0-9]{3,17}")
    looks_like = "digits only, as in 39113611000001102"
    longest = ("100000000000000000",)


class CTV3Code(Code):
    """Read codes, version 3 (CTV3): five characters, dots included."""

    system, title = "ctv3", "CTV3 (Read)"
    shape = re.compile(r"(?=.{5}\Z)[0-9A-Za-z]+\.*")
    looks_like = "five characters, dots included, as in XE0Uc or G30.."
    longest = ("AAAAA", ".....")


class ICD10Code(Code):
    """ICD-10 as written without the dot."""

    system, title = "icd10", "ICD-10"
    shape = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,2}")
    looks_like = "capitals and digits without a dot, as in I219"
    longest = ("A0000",)


class CIM10Code(Code):
    """CIM-10 FR, the French ICD-10 of the PMSI, without the dot."""

    system, title = "cim10", "CIM-10"
    shape = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z+]{0,5}")
    looks_like = "capitals and digits without a dot, as in I2190"
    longest = ("A0000000",)


class OPCS4Code(Code):
    """OPCS-4 procedures without the dot."""

    system, title = "opcs4", "OPCS-4"
    shape = re.compile(r"[A-Z][0-9]{2,3}")
    looks_like = "a capital and two or three digits without a dot, as in K451"
    longest = ("A000",)


class BNFCode(Code):
    """Chapters and codes of the British National Formulary."""

    system, title = "bnf", "BNF"
    shape = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{2}(?:[0-9](?:[0-9A-Z]{2}){0,4})?)?)?")
    looks_like = "a chapter's digits or up to 15 characters, as in 0601023A0AAAAAA"
    longest = ("000000000000000",)


class LOINCCode(Code):
    """LOINC: a number, a hyphen and a check digit."""

    system, title = "loinc", "LOINC"
    shape = re.compile(r"(?:LP|LA)?[0-9]{1,7}-[0-9]")
    looks_like = "a number, a hyphen and a check digit, as in 4548-4"
    longest = ("0000000-0", "LP0000000-0", "LA0000000-0")


class ATCCode(Code):
    """The WHO's Anatomical Therapeutic Chemical classes, at any level."""

    system, title = "atc", "ATC"
    shape = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
    looks_like = "a class at any level, as in A10 or A10BA02"
    longest = ("A00AA00",)


class UCDCode(Code):
    """UCD: French hospital drugs, 7 or 13 digits."""

    system, title = "ucd", "UCD"
    shape = re.compile(r"[0-9]{7}|[0-9]{13}")
    looks_like = "7 or 13 digits, as in 9261110"
    longest = ("0000000", "0000000000000")


class CCAMCode(Code):
    """CCAM: French procedures, four capitals and three digits."""

    system, title = "ccam", "CCAM"
    shape = re.compile(r"[A-Z]{4}[0-9]{3}(?:-[0-9]{1,2})?")
    looks_like = "four capitals and three digits, as in HHFA001"
    longest = ("AAAA000-00",)


class MultiCodeString(str):
    """Several codes in one string: the type of a column, asked with ``contains``."""

    __slots__ = ()

    system: ClassVar[str]

    @classmethod
    def value_type(cls) -> ValueType:
        return codes(cls.system)


class ICD10MultiCodeString(MultiCodeString):
    """Several ICD-10 codes in one string."""

    __slots__ = ()

    system = ICD10Code.system


class OPCS4MultiCodeString(MultiCodeString):
    """Several OPCS-4 codes in one string."""

    __slots__ = ()

    system = OPCS4Code.system


SYSTEMS: Mapping[str, type[Code]] = MappingProxyType(
    {
        one.system: one
        for one in (
            SNOMEDCTCode,
            DMDCode,
            CTV3Code,
            ICD10Code,
            CIM10Code,
            OPCS4Code,
            BNFCode,
            LOINCCode,
            ATCCode,
            UCDCode,
            CCAMCode,
        )
    }
)
