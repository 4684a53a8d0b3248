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

# What a session asks Oracle's dictionary for, of H2's own; in a schema that is Oracle's.
DICTIONARY = (
    "CREATE SCHEMA SYS",
    "SET SCHEMA_SEARCH_PATH PUBLIC, SYS",
    "CREATE VIEW SYS.ALL_USERS AS SELECT schema_name AS username,"
    " CASE schema_name WHEN 'PUBLIC' THEN 'N' ELSE 'Y' END AS oracle_maintained"
    " FROM information_schema.schemata",
    "CREATE VIEW SYS.ALL_TAB_COLUMNS AS SELECT table_schema AS owner, table_name,"
    " column_name, CASE data_type WHEN 'NUMERIC' THEN 'NUMBER'"
    " WHEN 'CHARACTER VARYING' THEN 'VARCHAR2' WHEN 'TIMESTAMP' THEN 'DATE'"
    " WHEN 'CHARACTER LARGE OBJECT' THEN 'CLOB'"
    " WHEN 'DOUBLE PRECISION' THEN 'BINARY_DOUBLE' ELSE data_type END AS data_type,"
    " CASE data_type WHEN 'NUMERIC' THEN numeric_precision END AS data_precision,"
    " CASE data_type WHEN 'NUMERIC' THEN numeric_scale END AS data_scale,"
    " CASE is_nullable WHEN 'NO' THEN 'N' ELSE 'Y' END AS nullable"
    " FROM information_schema.columns",
)
CONSTANTS = (("BINARY_DOUBLE_INFINITY", "CAST('Infinity' AS DOUBLE PRECISION)"),)


def statements() -> list[str]:
    """What a new database is told."""
    made = ["SET BUILTIN_ALIAS_OVERRIDE TRUE"]
    for one in FUNCTIONS:
        java = f"import java.math.BigDecimal; @CODE {one.java}"
        made.append(f"CREATE ALIAS {one.name} DETERMINISTIC AS $${java}$$")
    made += [f"CREATE CONSTANT {name} VALUE {value}" for name, value in CONSTANTS]
    return [*made, *DICTIONARY]
