"""What H2 lacks of Oracle, or says otherwise, given to each database that is opened."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """``java``: a static method's text; ``why`` H2's own, if it has one, won't do."""

    name: str
    java: str
    why: str


FUNCTIONS = (
    Function(
        "BITAND",
        "BigDecimal f(BigDecimal a, BigDecimal b) {"
        " return a == null || b == null ? null"
        " : new BigDecimal(a.toBigInteger().and(b.toBigInteger())); }",
        "H2's takes no NUMBER",
    ),
    Function(
        "LENGTH",
        "Integer f(String t) {"
        " return t == null || t.isEmpty() ? null : t.codePointCount(0, t.length()); }",
        "H2 counts UTF-16's halves of characters, Oracle characters",
    ),
    Function(
        "SUBSTR",
        "String f(String t, Integer from, Integer n) {"
        " if (t == null || n == null) return null;"
        " int end = t.codePointCount(0, t.length());"
        " int stop = (int) Math.min((long) end, (long) from - 1 + n);"
        " if (stop < from) return null;"
        " int begin = t.offsetByCodePoints(0, from - 1);"
        " return t.substring(begin, t.offsetByCodePoints(0, stop)); }",
        "as LENGTH",
    ),
    Function(
        "SYS_CONTEXT",
        'String f(String space, String name) { return "PUBLIC"; }',
        "SQLAlchemy asks for the schema's name",
    ),
)

CONSTANTS = (("BINARY_DOUBLE_INFINITY", "CAST('Infinity' AS DOUBLE PRECISION)"),)


def statements() -> list[str]:
    """What a new database is told."""
    made = ["SET BUILTIN_ALIAS_OVERRIDE TRUE"]
    for one in FUNCTIONS:
        java = f"import java.math.BigDecimal; @CODE {one.java}"
        made.append(f"CREATE ALIAS {one.name} DETERMINISTIC AS $${java}$$")
    made += [f"CREATE CONSTANT {name} VALUE {value}" for name, value in CONSTANTS]
    return made
