"""The kinds of value that there are, and the error of what has no meaning."""

from enum import Enum


class Kind(Enum):
    """A value's kind; its value is its name in the wire format."""

    BOOL = "bool"
    INT = "int"
    FLOAT = "float"
    STR = "str"
    DATE = "date"
    CODE = "code"
    CODES = "codes"


class ModelError(Exception):
    """A query that would have no meaning.

    Raised by the model while nodes are built; the language retells it in the
    author's words, with file, line and remedy.
    """
