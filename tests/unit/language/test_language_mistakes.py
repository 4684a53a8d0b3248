"""More ways to make the mistakes of tests/mistakes, one line each."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.a_definition import FIRST_LINE, mistake_in


@dataclasses.dataclass(frozen=True)
class Mistake:
    """A line of a definition; what its error says."""

    line: str
    problem: str
    remedy: str


MISTAKES = [
    # Names
    Mistake("patients.dob", "patients has no column dob", "Did you mean date_of_birth?"),
    Mistake("patients.birth_date", "patients has no column birth_date", "date_of_birth?"),
    Mistake("patients.sexe", "patients has no column sexe", "Did you mean sex?"),
    Mistake("events.wher(True)", "diagnoses has no column or method wher", "mean where?"),
    Mistake("events.zzzzzz", "diagnoses has no column or method zzzzzz", "There are: "),
    Mistake("events.code.is_inn([])", "has no method is_inn", "Did you mean is_in?"),
    Mistake("events.patient_id", "patient_id can't be asked for", "first column"),
    Mistake("events.date.first_for_patient()", "is asked of a frame", "Write frame.first"),
    Mistake("dataset.agee", "the dataset has no column agee", "Set it first"),
    Mistake("dataset.age = patients.age_on('2020-01-01')\ndataset.agee", "agee", "age?"),
    Mistake("(first.date - '2020-01-01').day", "has no unit day", "Did you mean days?"),
    # Python's own logic
    Mistake("is_there and is_there", "`and` decides once", "is_there & is_there"),
    Mistake("not is_there", "`not` decides once", "Write ~is_there."),
    Mistake("if is_there: pass", "`if` decides once", "when(condition).then("),
    Mistake("'2020' < first.date < '2021'", '"2020" is no date', "YYYY-MM-DD"),
    Mistake("18 <= patients.date_of_birth.year <= 65", "two comparisons in one", ") & ("),
    Mistake("if events: pass", "yes or no of diagnoses", "exists_for_patient()"),
    Mistake("bool(is_there)", "can't decide yes or no here", "case(when(...)...) for `if`"),
    Mistake("next(filter(None, [is_there]))", "can't decide yes or no here", "Write &"),
    Mistake("eval('is_there and 1')", "can't decide yes or no here", "Write & for `and`"),
    Mistake("any([is_there, 1])", "Python's any() decides once", "Join the conditions"),
    Mistake("all([is_there, 1])", "Python's all() decides once", "with &"),
    Mistake(
        "sorted([first.date, first.date])", "Python's sorted() decides once", "sort_by"
    ),
    Mistake("min(first.date, first.date)", "Python's min() decides once", "minimum_of(a"),
    Mistake("assert is_there", "`assert` decides once", "Write when(condition)"),
    Mistake("while is_there: pass", "`while` decides once", "Write when(condition)"),
    Mistake("not events.where(is_there & ~is_there)", "yes or no of diagnoses", "exists"),
    Mistake("first.code not in ['a']", "`not in` decides once", "is_not_in(['a'])"),
    Mistake("[1 for x in [1] if is_there]", "the answer differs between", "Write"),
    Mistake(
        "is_there and " + " and ".join(f"patients.sex == '{n}'" for n in range(9)),
        "`and` decides once",
        "Write & for `and`, | for `or`, ~ for `not`, with parentheses",
    ),
    Mistake(
        "1 if is_there & is_there & is_there & is_there & is_there else 'bbbbbbbbbbbbbb'",
        "`if` decides once",
        'Write when(condition).then("a").otherwise("b")',
    ),
    Mistake("f'{events}'", "the rows of diagnoses can't be written into text", "show("),
    Mistake("events < 3", "diagnoses is rows", "Choose one of its columns"),
    Mistake("events == 3", "diagnoses is rows", "Choose one of its columns"),
    Mistake("~events", "diagnoses is rows", "exists_for_patient()"),
    Mistake("round(first.date)", "is no number of Python's", ".as_int()"),
    Mistake("first.date()", "a column or series is called like a method", "Leave out"),
    Mistake("patients.age_on()", "age_on(...) is called without date", "Look at what"),
    Mistake("days(1, 2)", "days(...) is called with too many values", "Write days(amount)"),
    Mistake("days(amuont=1)", "days(...) knows no amuont=", "Did you mean amount=?"),
    Mistake("when(is_there, zz=1)", "when(...) knows no zz=", "Write when(condition)."),
    Mistake("x = 3; x()", "TypeError: 'int' object is not callable", "own Python"),
    Mistake("first.code == 'a\\0b'", "holds a character that databases can't", "quotes"),
    Mistake(
        "patients.sex == 'male' & is_there", "& and | need yes/no", "(a == 1) & (b == 2)"
    ),
    Mistake(
        "patients.sex == 'male' | first.code == 'a'", "& and | need yes/no", "parentheses"
    ),
    Mistake("is_there & 1", "& and | need yes/no on both sides", "parentheses"),
    Mistake("~patients.sex == 'male'", "~ means `not`", "~(a == 1)"),
    # Rows and patients
    Mistake(
        "dataset.x = events.date", "x has many values a patient", "first_for_patient()"
    ),
    Mistake("dataset.x = first", "x is a whole row or table, diagnoses", "its columns"),
    Mistake("dataset.x = events", "x is a whole row or table", "exists_for_patient()"),
    Mistake("events.first_for_patient()", "They are in no order", ".sort_by(...) before"),
    Mistake("events.last_for_patient()", "which row of diagnoses is last?", ".sort_by("),
    Mistake("first.where(is_there)", "where needs many rows", "before picking a row"),
    Mistake(
        "patients.sort_by(patients.sex)", "sort_by needs many rows", "It has no others"
    ),
    Mistake("first.date.maximum_for_patient()", "this series has one already", "Leave it"),
    Mistake(
        "events.code == labs.code",
        "come from diagnoses and lab_results",
        "Either take both",
    ),
    Mistake(
        "events.where(labs.numeric_value > 1.0)",
        "come from diagnoses and lab_results",
        "or make one of them a single value",
    ),
    Mistake(
        "a, b = events.where(True), events.where(False)\na.date == b.date",
        "come from different rows of diagnoses",
        "filter once, keep it in a variable",
    ),
    Mistake(
        "events.sort_by(events.where(is_there).date)", "different rows of diagnoses", "one"
    ),
    Mistake(
        "(events.code == 'a') & (labs.numeric_value > 1.0)",
        "come from diagnoses and lab_results",
        "Either take both from one frame",
    ),
    Mistake(
        "case(when(is_there).then(events.date), when(is_there).then(labs.date))",
        "come from diagnoses and lab_results",
        "or make one of them a single value",
    ),
    Mistake("events.sort_by()", "sort_by needs a column", "sort_by(frame.date)"),
    Mistake("events.sort_by(patients.sex)", "sort_by needs a column of these rows", "with"),
    Mistake("events.sort_by('date')", 'not "date"', "sort_by(diagnoses.date)"),
    Mistake("events.where(events.code)", "where needs a yes/no condition", "a comparison"),
    Mistake("events.where('a')", 'condition, not "a"', "a comparison"),
    Mistake("events.where(events.code.is_null)", "is a method", "Write is_null()"),
    Mistake("events['date']", "diagnoses has no [ ]", "frame.column"),
    Mistake("len(events)", "diagnoses has no length", "count_for_patient()"),
    Mistake("for row in events: pass", "can't be looped over", "count_for_patient()"),
    Mistake("events.where = 1", "where can't be replaced", "another name"),
    Mistake("events.date = 1", "date is a column of diagnoses", "Give the new series"),
    # Series as if they held values
    Mistake("for x in events.code: pass", "can't be looped over", "stay in the warehouse"),
    Mistake("list(first.code)", "can't be looped over or unpacked", "stay in"),
    Mistake("len(events.code)", "has no length", "count_for_patient()"),
    Mistake("'a' in first.code", "`in` can't look into", "is_in(series)"),
    Mistake("first.code[0]", "has no [ ]", "Filter rows with where()"),
    Mistake("{first.code: 1}", "can't be a dictionary's key", "variable or a list"),
    # Types
    Mistake(
        "patients.age_on('2020-01-01') > 1.5", "1.5 has a decimal point", ".as_float()"
    ),
    Mistake("patients.age_on('2020-01-01') > 2**63", "beyond what 64 bits", "64 bits"),
    Mistake("labs.numeric_value > float('nan')", "nan is no number", "finite number"),
    Mistake(
        "labs.numeric_value > labs.date.year",
        "numbers and whole numbers don't go together",
        ".as_float()",
    ),
    Mistake("labs.date.year + (labs.code == 'a')", "yes/no don't go", ".as_int()"),
    Mistake("first.date > patients.sex", "dates and text don't go together", "one kind"),
    Mistake("patients.sex > 'a'", "can't be put in order", "== or is_in()"),
    Mistake("patients.sex + 'a'", "can't be computed with", "Only numbers can"),
    Mistake("patients.sex ** 2", "can't be computed with", "Only numbers can"),
    Mistake("labs.date.year ** 0.5", "0.5 has a decimal point", ".as_float()"),
    Mistake("-patients.sex", "can't be computed with", "Only numbers can"),
    Mistake("events.sort_by(-events.date)", "can't be computed with", "last_for_patient()"),
    Mistake("labs.numeric_value % 2", "there is no % of series", ".as_float() * b"),
    Mistake("7 % labs.date.year", "there is no % of series", "a - a // b * b"),
    Mistake("patients.sex == 1", "1 is no text", "in quotes"),
    Mistake("patients.sex == None", "None is no value", ".is_null()"),
    Mistake("patients.sex == ['a']", "here is a list of them", "is_in"),
    Mistake("is_there == 'yes'", '"yes" is no yes or no', "True or False"),
    Mistake(f"first.date == '{'x' * 50}'", "is no date", "YYYY-MM-DD"),
    Mistake(f"is_there == '{'x' * 50}'", 'xxx..." is no yes or no', "True or False"),
    Mistake("labs.numeric_value == 10**400", "int too large", "own Python"),
    # Dates
    Mistake("first.date > '2020-02-30'", '"2020-02-30" is no date', '"YYYY-MM-DD"'),
    Mistake("first.date > '01/02/2020'", '"01/02/2020" is no date', '"YYYY-MM-DD"'),
    Mistake("first.date > 2020", "2020 is no date", '"YYYY-MM-DD"'),
    Mistake(
        "import datetime\nfirst.date > datetime.datetime(2020, 1, 1)",
        "a datetime has a time of day",
        ".date()",
    ),
    Mistake("first.date + 30", "30 can't be added to a date", "days(30)"),
    Mistake("30 + first.date", "30 can't be added to a date", "days(30)"),
    Mistake("first.date - 30", "30 can't be taken away from a date", "- days(30)"),
    Mistake("(first.date - '2020-01-01') > 30", "has no unit yet", "(a - b).days"),
    Mistake("(first.date - '2020-01-01') == days(30)", "has no unit yet", "(a - b).days"),
    Mistake("if first.date - '2020-01-01': pass", "has no unit yet", "(a - b).days"),
    Mistake("dataset.x = first.date - '2020-01-01'", "without its unit", ".years"),
    Mistake("days(1.5)", "days(...) needs a whole number, not 1.5", "days(3)"),
    Mistake("weeks('a')", "weeks(...) needs a whole number", "weeks(3)"),
    Mistake("years(labs.numeric_value)", "not a series of numbers", ".as_int()"),
    Mistake("days(1) + years(1)", "days and years can't be added up", "one after the"),
    Mistake("days(1) + 1", "can only be added to dates", "date + days(30)"),
    Mistake("days(1) * 2", "can only be added to dates", "date + days(30)"),
    Mistake("days(3) - first.date", "a date can't be taken away from days", "date - days"),
    Mistake("days(3) > days(2)", "can't be compared", "(a - b).days > 30"),
    Mistake("'9999-12-31' + days(1)", "out of the calendar", "between 1 and 9999"),
    Mistake("first.date.is_during('2020-01-01')", "needs a pair of dates", "2024-12-31"),
    Mistake("events.date - labs.date", "come from diagnoses and lab_results", "Either"),
    # Sets and maps
    Mistake("first.code.is_in('a')", 'is_in needs several values, not "a"', "a list"),
    Mistake("first.code.is_in(3)", "is_in needs several values, not 3", "a list"),
    Mistake("first.code.is_in(first.code)", "this series has one a patient", "=="),
    Mistake("first.code.is_in([None])", "None is no value", ".is_null()"),
    Mistake("first.code.is_in(labs.date)", "text and dates don't go together", "one kind"),
    Mistake("first.code.map_values(['a'])", "map_values needs a dictionary", "codelist"),
    Mistake("first.code.map_values({})", "an empty dictionary maps nothing", "one value"),
    Mistake(
        "first.code.map_values({'a': 1, 'b': 'x'})", "whole numbers and text", "one kind"
    ),
    Mistake("first.code.map_values({1: 'a'})", "1 is no text", "quotes"),
    Mistake("first.code.starts_with(1)", "1 is no text", "in quotes"),
    Mistake("first.code.starts_with(first.date)", "text and dates don't go", "one kind"),
    Mistake("first.code.starts_with(None)", "None is no value", ".is_null()"),
    Mistake("first.code.starts_with(first.code.is_null)", "is a method", "is_null()"),
    Mistake("first.code.starts_with_any_of('a')", "any_of needs several", "a list"),
    Mistake("first.date.starts_with('2020')", "no method starts_with", "There are"),
    Mistake("labs.numeric_value.percentile_for_patient(101)", "0 to 100, not 101", "(90)"),
    Mistake("labs.numeric_value.percentile_for_patient(-0.5)", "not -0.5", "nine values"),
    Mistake("labs.numeric_value.percentile_for_patient(True)", "not True", "(90)"),
    Mistake("labs.numeric_value.percentile_for_patient('9')", "not '9'", "(90)"),
    Mistake("labs.date.median_for_patient()", "no method median_for_patient", "There are"),
    Mistake("labs.numeric_value.max_for_patient()", "no method max", "mean maximum_for_p"),
    Mistake("labs.numeric_value.avreage_for_patient()", "no method avreage", "There are"),
    Mistake("labs.numeric_value.meen_for_patient()", "no method meen", "mean mean_for_pat"),
    Mistake("patients.where(is_there)", "here is one row of patients", "joined with &"),
    Mistake(
        "from cohort_dsl.tables import core\ncore.clinical_events.sort_by('date')",
        'not "date"',
        "by(clinical_events.date)",
    ),
    Mistake("events.union(labs).sort_by('date')", 'not "date"', "sort_by(frame.date)"),
    Mistake("dataset['x'] = first.date", "aren't set with [ ]", "dataset.name = ..."),
    Mistake("dataset['x']", "aren't read with [ ]", "dataset.name, or getattr"),
    Mistake(
        "dataset.add_event_table('x', events.date)", "too many values", "(name, name=...)"
    ),
    Mistake("days(labs.unit)", "not a series of text (one a row)", "days(3)"),
    Mistake("labs.date.any_for_patient()", "no method any_for_patient", ""),
    Mistake("events.nth_for_patient(2)", "which row of diagnoses is nth?", ".sort_by("),
    Mistake("events.sort_by(events.date).nth_for_patient(0)", "isn't 0, not 0", "last but"),
    Mistake("events.sort_by(events.date).nth_for_patient('a')", "not 'a'", "second row"),
    Mistake("events.sort_by(events.date).nth_for_patient(1.0)", "not 1.0", "second row"),
    Mistake("first.nth_for_patient(2)", "nth_for_patient needs many rows", "before"),
    Mistake("patients.sex == 'man'", 'patients.sex is never "man"', 'you mean "male"?'),
    Mistake("patients.sex != 'Female'", 'never "Female"', 'Did you mean "female"?'),
    Mistake("patients.sex.is_in(['male', 'F'])", 'never "F"', "one of: female, male, "),
    Mistake("patients.sex.is_not_in(['x'])", 'never "x"', "It is one of: female"),
    Mistake("patients.sex.map_values({'woman': 1})", 'never "woman"', "one of: female"),
    # Choices
    Mistake("case()", "case without any condition", "case(when(...)"),
    Mistake("case(when(is_there))", "case needs when(...).then(...)", "otherwise"),
    Mistake("case(when(is_there).then(None))", "all values are None", "a value"),
    Mistake("case(when(is_there).then([1]))", "a list can't be a value", "a series"),
    Mistake("case(when(is_there).then(first))", "can't be a value here", "a series"),
    Mistake(
        "case(when(is_there).then(first.date), otherwise=first.code)",
        "dates and text don't go together",
        "one kind",
    ),
    Mistake("when('a')", "when needs a yes/no condition", "a comparison"),
    Mistake("when(is_there).then(events.count_for_patient)", "is a method", "Write count"),
    Mistake("dataset.x = when(is_there)", "a choice that isn't finished", ".otherwise("),
    Mistake("dataset.x = when(is_there).then(1)", "isn't finished", ".otherwise("),
    Mistake("minimum_of(first.date)", "needs two or more values", "minimum_for_patient()"),
    Mistake("maximum_of(1, 2)", "one of them a series", "maximum_of(a, b)"),
    Mistake("minimum_of(first.code, 'a')", "text can't be put in order", "numbers and"),
    # The dataset
    Mistake("dataset.x = 1", "x is 1, the same for everybody", "a series"),
    Mistake("dataset.x = events.count_for_patient", "is a method", "count_for_patient()"),
    Mistake("dataset.patient_id = first.code", "patient_id is reserved", "patient_id_"),
    Mistake("dataset.add_column = first.code", "add_column is a word", "another name"),
    Mistake("dataset._x = first.code", "_x can't name a column", "begin with a letter"),
    Mistake("dataset.add_column('a b', first.code)", "a b can't name", "digits and _"),
    Mistake("dataset.add_column(1, first.code)", "1 can't name a column", "letters"),
    Mistake("del dataset.x", "can't be taken away again", "Don't set it"),
    Mistake("dataset.define_population(True)", "a yes or no for each", "comparison"),
    Mistake(
        "dataset.define_population(patients.sex)", "a yes or no for each", "comparison"
    ),
    Mistake("dataset.define_population(events.date > '2020-01-01')", "many values", "Pick"),
    Mistake("dataset.define_population(events)", "a whole row or table", "exists_for"),
    Mistake(
        "dataset.define_population(events.exists_for_patient)",
        "is a method",
        "Write exists",
    ),
    Mistake(
        "dataset.define_population(~events.exists_for_patient())",
        "holds every patient about whom nothing is known",
        "& patients.date_of_birth.is_not_null()",
    ),
    Mistake(
        "dataset.define_population(events.count_for_patient() < 3)",
        "holds every patient about whom nothing is known",
        "Ask for something to be there",
    ),
    Mistake("dataset.configure_dummy_data(population_size=0)", "is 0", "above 0"),
    Mistake("dataset.configure_dummy_data(population_size='9')", 'is "9"', "above 0"),
    # What isn't there yet
    Mistake(
        "dataset.configure_dummy_data(additional_population_constraint=events.date)",
        "additional_population_constraint is a yes or no for each patient",
        "a comparison",
    ),
    Mistake(
        "dataset.configure_dummy_data(rows=1)",
        "(...) knows no rows=",
        "population_size=...",
    ),
    Mistake("from ehrql import INTERVAL\nINTERVAL.start", "no date start", "start_date?"),
    Mistake(
        "from ehrql import INTERVAL\ndataset.define_population(is_there)\n"
        "dataset.x = INTERVAL.end_date - days(1)",
        "x depends on INTERVAL, but the dataset has no periods",
        "INTERVAL is for measures",
    ),
    # Tables that authors declare
    Mistake("import tables", "there is no module tables", "Python's standard library"),
    Mistake("from cohort_dsl.tables import tabel", "has no tabel", "Did you mean table?"),
    Mistake("from cohort_dsl.tables import zzz", "has no zzz", "It has: Constraint, "),
    Mistake("from ehrql.tables.tpp import apcs", "no module ehrql.tables.tpp", "On offer"),
    Mistake(
        "from cohort_dsl.tables.contract import patient", "has no patient", "patients?"
    ),
]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.line.replace("\n", "; ")[:60])
def test_a_mistake_is_told_with_its_place_its_problem_and_its_remedy(study, mistake):
    told = mistake_in(study, mistake.line)
    last = FIRST_LINE + mistake.line.count("\n")
    assert told.where == f"analysis/definition.py line {last}"
    assert mistake.problem in told.problem
    assert mistake.remedy in told.remedy


def test_the_population_is_defined_once_and_the_earlier_place_is_named(study):
    told = mistake_in(study, "dataset.define_population(is_there)\n" * 2)
    assert told.problem.startswith("the population is defined twice; the first time at")
    assert f"analysis/definition.py line {FIRST_LINE}" in told.problem
    assert told.where == f"analysis/definition.py line {FIRST_LINE + 1}"


def test_a_population_that_was_never_defined_is_told_where_the_dataset_was_made(study):
    told = mistake_in(study, "dataset.x = patients.sex")
    assert told.problem == "the dataset has no population"
    assert told.where == "analysis/definition.py line 3"


def test_a_column_is_set_once_and_the_earlier_place_is_named(study):
    told = mistake_in(study, "dataset.x = patients.sex\n" * 2)
    assert told.problem == (
        f"column x is set twice; the first time at analysis/definition.py line {FIRST_LINE}"
    )


def test_columns_that_differ_only_in_capitals_are_refused(study):
    told = mistake_in(study, "dataset.age = patients.sex\ndataset.Age = patients.sex")
    assert "columns Age and age" in told.problem
    assert "differ only in capitals" in told.problem


def test_two_tables_of_one_name_are_told_apart_or_refused(study):
    told = mistake_in(
        study,
        "from cohort_dsl.tables import *\n"
        "@table\nclass patients(PatientFrame): sex = Series(int)\n"
        "dataset.define_population(is_there & patients.sex.is_null())",
    )
    assert told.problem == "two different tables have the same name"
    assert told.where == "analysis/definition.py line 3"


def test_a_mistake_inside_a_helper_of_ours_is_told_at_the_authors_line(study):
    told = mistake_in(study, "\n\npatients.age_on('someday')")
    assert told.where == f"analysis/definition.py line {FIRST_LINE + 2}"


def test_a_mistake_in_a_sibling_file_is_told_there(study):
    (study / "analysis").mkdir()
    (study / "analysis" / "parts.py").write_text("def f(p):\n    return p.dob\n")
    told = mistake_in(study, "from parts import f\nf(patients)")
    assert told.where == "analysis/parts.py line 2"
