"""Errors in logs by kind and place: the text of one may quote a person's value."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path


class KindAndPlace(logging.Filter):
    """Takes an exception's text out of a record, and leaves where it arose."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: every record is kept."""
        if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
            error = record.exc_info[1]
            record.msg, record.args = f"{record.getMessage().strip()}: {told(error)}", ()
            record.exc_info = record.exc_text = None
        return True


def told(error: BaseException) -> str:
    """The error's kind, and the file and line it was raised at."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}"
