"""Helpers that the definition imports: functions of frames, returning frames and series."""

from ehrql import case, days, when
from ehrql.tables.core import clinical_events, medications


def events_with(codelist, before=None, after=None):
    found = clinical_events.where(clinical_events.snomedct_code.is_in(codelist))
    if before is not None:
        found = found.where(found.date.is_on_or_before(before))
    if after is not None:
        found = found.where(found.date.is_on_or_after(after))
    return found


def last_event(codelist, before, after=None):
    found = events_with(codelist, before, after)
    return found.sort_by(found.date).last_for_patient()


def first_event(codelist):
    found = events_with(codelist)
    return found.sort_by(clinical_events.date).first_for_patient()


def prescribed(codelist, start, end):
    return medications.where(medications.dmd_code.is_in(codelist)).where(
        medications.date.is_on_or_between(start, end)
    )


def last_value(codelist, index_date, days_back=365):
    found = events_with(codelist, before=index_date, after=index_date - days(days_back))
    found = found.where(found.numeric_value.is_not_null())
    return found.sort_by(found.date).last_for_patient()


def banded(series, *limits):
    """Names of bands, as a case with one condition for each limit."""
    whens = []
    low = 0
    for limit in limits:
        whens.append(when(series < limit).then(f"{low}-{limit - 1}"))
        low = limit
    return case(*whens, when(series.is_not_null()).then(f"{low}+"), otherwise="missing")


def has_ever(codelist, before):
    return events_with(codelist, before).exists_for_patient()
