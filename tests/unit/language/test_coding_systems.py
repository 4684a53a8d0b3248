"""Codes that could be one of a system's, and those that can't."""

from __future__ import annotations

import re

import pytest

from cohort_dsl import codes
from cohort_dsl.errors import DefinitionError
from cohort_dsl.language import literals
from cohort_dsl.model import types
from cohort_dsl.model.types import code
from cohort_dsl.tables import EventFrame, Series, table

GOOD = {
    "snomedct": ["73211009", "900000000000207008"],
    "dmd": ["39113611000001102", "3911"],
    "ctv3": ["XE0Uc", "G30..", "C10E."],
    "icd10": ["I21", "I219", "U071", "M45X"],
    "cim10": ["I21", "I2190", "F001+0"],
    "opcs4": ["K45", "K451"],
    "bnf": ["06", "0601023A0", "0601023A0AAAAAA"],
    "loinc": ["4548-4", "LP14635-4"],
    "atc": ["A", "A10", "A10BA02"],
    "ucd": ["9261110", "3400892611105"],
    "ccam": ["HHFA001", "HHFA001-01"],
}
BAD = {
    "snomedct": ["073211009", "1234", "73211009 "],
    "dmd": ["0391", "391x"],
    "ctv3": ["XE0U", "XE0Uc1", "G.30."],
    "icd10": ["I21.9", "i219", "219"],
    "cim10": ["I21.90", "i21"],
    "opcs4": ["K45.1", "45"],
    "bnf": ["0", "060", "0601023a0"],
    "loinc": ["4548", "4548-44"],
    "atc": ["A1", "A10B0", "a10"],
    "ucd": ["123", "12345678"],
    "ccam": ["HHF001", "hhfa001"],
}


def test_every_system_has_examples_here():
    assert set(GOOD) == set(BAD) == set(codes.SYSTEMS)


@pytest.mark.parametrize(("system", "text"), [(s, t) for s in GOOD for t in GOOD[s]])
def test_a_well_shaped_code_is_taken(system, text):
    assert literals.scalar(text, code(system)) == text


@pytest.mark.parametrize(("system", "text"), [(s, t) for s in BAD for t in BAD[s]])
def test_a_misshapen_code_is_refused(system, text):
    with pytest.raises(
        DefinitionError, match=re.escape(f"is no {codes.SYSTEMS[system].title} code")
    ):
        literals.scalar(text, code(system))


@pytest.mark.parametrize("system", list(codes.SYSTEMS.values()))
def test_every_system_shows_a_code_that_it_takes(system):
    shown = system.looks_like.split(" as in ")[1].split(" or ")[0]
    assert system.is_shaped(shown)


@pytest.mark.parametrize(("system", "text"), [(s, t) for s in GOOD for t in GOOD[s]])
def test_every_beginning_of_a_code_is_taken_as_one(system, text):
    for length in range(len(text) + 1):
        assert literals.prefix(text[:length], code(system)) == text[:length]


NO_BEGINNING = {
    "snomedct": ["0", "7321x"],
    "dmd": ["x"],
    "ctv3": [".", "G.3"],
    "icd10": ["i21", "I21.", "2", "I21999"],
    "cim10": ["I21.9"],
    "opcs4": ["KK", "K45.1"],
    "bnf": ["A", "06x"],
    "loinc": ["-", "LX"],
    "atc": ["1", "A1A"],
    "ucd": ["x", "12345678x"],
    "ccam": ["H1", "hhf"],
}


@pytest.mark.parametrize(
    ("system", "text"), [(s, t) for s in NO_BEGINNING for t in NO_BEGINNING[s]]
)
def test_what_no_code_begins_with_is_refused(system, text):
    title = codes.SYSTEMS[system].title
    with pytest.raises(DefinitionError, match=re.escape(f"no {title} code begins with")):
        literals.prefix(text, code(system))


def test_a_beginning_with_a_slip_is_told_with_what_was_meant():
    with pytest.raises(DefinitionError) as caught:
        literals.prefix("i21.", code("icd10"))
    assert caught.value.remedy.startswith('Did you mean "I21"? An ICD-10 code is capitals')


def test_a_slip_is_told_with_the_code_that_was_meant():
    with pytest.raises(DefinitionError) as caught:
        literals.scalar("i21.9", code("icd10"))
    assert caught.value.remedy == 'Did you mean "I219"?'


def test_a_code_of_another_system_is_refused():
    with pytest.raises(DefinitionError, match="OPCS-4 codes and ICD-10 codes don't go"):
        literals.scalar(codes.OPCS4Code("K451"), code("icd10"))


def test_a_code_of_a_system_that_we_do_not_know_is_taken_as_it_is():
    assert literals.scalar("x", code("local")) == "x"
    assert literals.kind_name(code("local")) == "local codes"


def test_text_of_several_codes_is_asked_for_codes_of_its_system():
    assert literals.prefix("I21", types.codes("icd10")) == "I21"
    assert literals.kind_name(types.codes("icd10")) == "text of several ICD-10 codes"
    with pytest.raises(DefinitionError, match="no ICD-10 code begins with"):
        literals.prefix("I21.9", types.codes("icd10"))
    with pytest.raises(DefinitionError, match="OPCS-4 codes and text of several ICD-10"):
        literals.prefix(codes.OPCS4Code("K451"), types.codes("icd10"))


@table
class apcs(EventFrame):
    all_diagnoses = Series(codes.ICD10MultiCodeString)
    code = Series(codes.ICD10Code)
    text = Series(str)


def test_text_of_several_codes_is_not_compared_with_a_codelist():
    with pytest.raises(DefinitionError) as caught:
        apcs.all_diagnoses.is_in(["I219"])
    assert "contains_any_of(codelist)" in caught.value.remedy
    with pytest.raises(DefinitionError, match="is_in would compare the whole text"):
        apcs.all_diagnoses.is_not_in(["I219"])


def test_text_of_several_codes_holds_codes_and_no_text():
    assert apcs.all_diagnoses.contains(apcs.code).node_.right == apcs.code.node_
    with pytest.raises(DefinitionError, match="text of several ICD-10 codes never contain"):
        apcs.all_diagnoses.contains(apcs.text)
    with pytest.raises(DefinitionError, match="text never contains ICD-10 codes"):
        apcs.text.contains(apcs.code)


def test_a_number_is_no_code():
    with pytest.raises(DefinitionError, match="73211009 is no SNOMED CT code"):
        literals.scalar(73211009, code("snomedct"))
