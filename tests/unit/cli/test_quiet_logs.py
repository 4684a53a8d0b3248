"""A log tells what kind of error arose and where, never what it said."""

import logging

from cli.quiet_logs import KindAndPlace


def test_an_exceptions_text_stays_out_of_the_log(caplog):
    log = logging.getLogger("tests.quiet")
    log.addFilter(KindAndPlace())
    try:
        raise ValueError("patient 1234567 was born in 1931")
    except ValueError:
        log.exception("Exception in the application")
    assert "1234567" not in caplog.text
    assert "ValueError at test_quiet_logs.py:" in caplog.text


def test_other_records_stay_as_they_are(caplog):
    log = logging.getLogger("tests.quiet")
    log.warning("slow request")
    assert "slow request" in caplog.text
