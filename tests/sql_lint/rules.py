"""What surrogates let through and a real server wouldn't, or would answer otherwise.

H2 in Oracle mode and PostgreSQL with orafce stand in for Oracle, nothing for SQL Server. A
rule is a value: where it holds, why, an example that breaks it, and how that is seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import TokenType

from tests.sql_lint.reading import READ_AS, Sent, above, bare

ORACLE = frozenset({"oracle-12", "oracle-19", "oracle-23"})
BEFORE_23 = frozenset({"oracle-12", "oracle-19"})
SQLSERVER = frozenset({"sqlserver"})
EVERYWHERE = frozenset(READ_AS)

LONGEST_IN, LONGEST_NAME = 1_000, {"oracle-12": 30}
PARAMETERS = 65_535
CONDITIONS = (exp.Predicate, exp.Connector, exp.Not)


@dataclass(frozen=True)
class Rule:
    """``bad``: a statement, or one with its number of parameters."""

    name: str
    engines: frozenset[str]
    reason: str
    bad: str
    broken: Callable[[Sent], bool]
    parameters: int = 0


def _unreadable(sent: Sent) -> bool:
    try:
        return sent.tree is None
    except SqlglotError:
        return True


def _any(
    kind: type[exp.Expression], wrong: Callable[[exp.Expression], bool]
) -> Callable[[Sent], bool]:
    return lambda sent: any(wrong(node) for node in sent.tree.find_all(kind))


def _says(pattern: str) -> Callable[[Sent], bool]:
    """Outside of texts."""
    sought = re.compile(pattern, re.IGNORECASE)
    return lambda sent: bool(sought.search(re.sub(r"'[^']*'", "''", sent.text)))


def _calls(*names: str) -> Callable[[Sent], bool]:
    return lambda sent: bool(set(names) & sent.called())


def _tests(node: exp.Expression) -> Iterator[exp.Expression | None]:
    """The parts of a node that must be conditions."""
    if isinstance(node, exp.Where | exp.Having | exp.Not):
        yield node.this
    elif isinstance(node, exp.Connector):
        yield from (node.this, node.expression)
    elif isinstance(node, exp.Join) and node.args.get("on"):
        yield node.args["on"]
    elif isinstance(node, exp.If) and not (node.parent and node.parent.this):
        yield node.this


def _condition_as_value(node: exp.Expression) -> bool:
    parent = above(node)
    if isinstance(parent, exp.Escape):
        return False
    return parent is None or not any(bare(one) is node for one in _tests(parent))


def _value_as_condition(sent: Sent) -> bool:
    sought = (exp.Where, exp.Having, exp.Not, exp.Connector, exp.Join, exp.If)
    return any(
        not isinstance(bare(one), (*CONDITIONS, exp.Escape))
        for node in sent.tree.find_all(*sought)
        for one in _tests(node)
        if one is not None
    )


def _is_empty_text(node: exp.Expression | None) -> bool:
    return isinstance(node, exp.Literal) and node.is_string and node.this == ""


def _unsure(node: exp.Expression) -> bool:
    """Of what may be NULL, and not inside of what makes NULL of either answer."""
    sure = (exp.Coalesce, exp.Literal, exp.Neg, exp.Greatest, exp.Least)
    operands = [bare(one) for one in (node.this, *node.expressions)]
    if all(isinstance(one, sure) for one in operands):
        return False
    outer = above(node)
    while isinstance(outer, exp.Greatest | exp.Least):
        outer = above(outer)
    return not isinstance(outer, exp.Nullif)


def _too_long(sent: Sent) -> bool:
    most = LONGEST_NAME.get(sent.engine, 128)
    names = (one.this for one in sent.tree.find_all(exp.Identifier))
    return any(len(name.encode()) > (116 if name[:1] == "#" else most) for name in names)


def _of_dates(sent: Sent) -> bool:
    def is_date(node: exp.Expression | None) -> bool:
        node = bare(node)
        if isinstance(node, exp.Cast):
            return bool(node.to.this == exp.DataType.Type.DATE)
        if isinstance(node, exp.Column):
            return node.name in sent.dates
        return isinstance(node, exp.Date | exp.DateStrToDate)

    found = sent.tree.find_all(exp.Sub)
    return any(is_date(one.this) and is_date(one.expression) for one in found)


def _named_rows_with_as(sent: Sent) -> bool:
    """AS before the name of a table or of a subquery's rows; columns have it."""
    clauses = [""]
    heads = {TokenType.FROM: "rows", TokenType.JOIN: "rows", TokenType.SELECT: "columns"}
    heads |= dict.fromkeys((TokenType.WHERE, TokenType.ON, TokenType.GROUP_BY), "other")
    for word in sent.words:
        if word.token_type == TokenType.L_PAREN:
            clauses.append("")
        elif word.token_type == TokenType.R_PAREN:
            clauses.pop()
        elif word.token_type == TokenType.ALIAS and clauses[-1] == "rows":
            return True
        clauses[-1:] = [heads.get(word.token_type, clauses[-1])] if clauses else [""]
    return False


def _sorted_inside(node: exp.Expression) -> bool:
    """Rows that are read by a select, and neither counted off nor numbered."""
    return bool(node.args.get("order")) and isinstance(node.parent, exp.Subquery)


RULES = (
    Rule(
        "is SQL",
        EVERYWHERE,
        "what a parser can't read no server can",
        "SELECT FROM WHERE",
        _unreadable,
    ),
    Rule(
        "no IN of more than 1,000",
        ORACLE | SQLSERVER,
        "ORA-01795 before 23ai; SQL Server's planner gives up (error 8632)",
        f"SELECT x FROM t WHERE x IN ({', '.join(map(str, range(1_001)))})",
        _any(exp.In, lambda node: len(node.expressions) > LONGEST_IN),
    ),
    Rule(
        "no condition where a value stands",
        BEFORE_23 | SQLSERVER,
        "there are no values of yes and no; H2 and PostgreSQL have them",
        "SELECT (x < 1) != (y < 1) FROM t",
        lambda sent: any(map(_condition_as_value, sent.tree.find_all(*CONDITIONS))),
    ),
    Rule(
        "no value where a condition stands",
        BEFORE_23 | SQLSERVER,
        "WHERE x needs x to be yes or no",
        "SELECT x FROM t WHERE y > 1 AND x",
        _value_as_condition,
    ),
    Rule(
        "no TRUE, FALSE or BOOLEAN",
        BEFORE_23 | SQLSERVER,
        "BOOLEAN came with Oracle 23ai; SQL Server has BIT",
        "SELECT CAST(x AS BOOLEAN) FROM t",
        _says(r"\b(TRUE|FALSE|BOOLEAN)\b"),
    ),
    Rule(
        "no empty text",
        ORACLE,
        "'' is NULL, so a comparison with it is never true",
        "SELECT x FROM t WHERE x = ''",
        _any(exp.Literal, _is_empty_text),
    ),
    Rule(
        "no comparison with an empty text",
        SQLSERVER,
        "= adds blanks, so that '  ' is equal to it",
        "SELECT x FROM t WHERE x = ''",
        _any(exp.Binary, lambda node: any(map(_is_empty_text, (node.left, node.right)))),
    ),
    Rule(
        "no GREATEST or LEAST of what may be NULL",
        ORACLE,
        "they are NULL there, and the others' value on PostgreSQL",
        "SELECT GREATEST(x, y) FROM t",
        lambda sent: any(map(_unsure, sent.tree.find_all(exp.Greatest, exp.Least))),
    ),
    Rule(
        "no GREATEST or LEAST",
        SQLSERVER,
        "they came with SQL Server 2022",
        "SELECT LEAST(x, 1) FROM t",
        _calls("GREATEST", "LEAST"),
    ),
    Rule(
        "no VALUES of several rows",
        BEFORE_23,
        "came with 23ai; H2 and PostgreSQL have it",
        "INSERT INTO t (x) VALUES (1), (2)",
        _any(exp.Values, lambda node: len(node.expressions) > 1),
    ),
    Rule(
        "no LIMIT",
        EVERYWHERE,
        "it is FETCH FIRST, or TOP",
        "SELECT x FROM t LIMIT 1",
        _says(r"\bLIMIT\b"),
    ),
    Rule(
        "no name too long",
        EVERYWHERE,
        "128 bytes; 30 where a 12.2 is told to be compatible with 12.1; 116 for a # table",
        f"SELECT x AS {'n' * 129} FROM t",
        _too_long,
    ),
    Rule(
        "no date minus a date",
        EVERYWHERE,
        "a number on Oracle, an interval on H2, an error on SQL Server",
        "SELECT CAST(x AS DATE) - CAST(y AS DATE) FROM t",
        _of_dates,
    ),
    Rule(
        "no NVL, DECODE or TO_CHAR",
        EVERYWHERE,
        "NVL works its second operand out always; formats depend on the session",
        "SELECT NVL(x, 1) FROM t",
        _calls("NVL", "NVL2", "DECODE", "TO_CHAR", "ISNULL"),
    ),
    Rule(
        "no month arithmetic of the engine's",
        EVERYWHERE,
        "31 January and a month is 1 March here; they clip to the month's end, or roll it",
        "SELECT ADD_MONTHS(x, 1) FROM t",
        _calls("ADD_MONTHS", "MONTHS_BETWEEN", "LAST_DAY", "EOMONTH", "NEXT_DAY"),
    ),
    Rule(
        "no NULLS FIRST or LAST",
        SQLSERVER,
        "there is no such word; NULL is its smallest value anyway",
        "SELECT x FROM t ORDER BY x NULLS LAST",
        _says(r"\bNULLS\b"),
    ),
    Rule(
        "no LIKE without ESCAPE",
        EVERYWHERE,
        "signs of the text itself would be patterns",
        "SELECT x FROM t WHERE x LIKE 'a%'",
        _any(exp.Like, lambda node: not isinstance(node.parent, exp.Escape)),
    ),
    Rule(
        "no date but as YYYYMMDD",
        SQLSERVER,
        "others are read as the session's language has it",
        "SELECT x FROM t WHERE x < '2024-01-31'",
        lambda sent: bool(re.search(r"'\d+[-/.]\d+[-/.]\d+|\bDATE '", sent.text)),
    ),
    Rule(
        "temporary tables begin with #",
        SQLSERVER,
        "there is no CREATE TEMPORARY TABLE, and another would stay",
        "CREATE TEMPORARY TABLE t (x BIGINT)",
        lambda sent: bool(re.match(r"\s*CREATE (?!TABLE \[?#)", sent.text)),
    ),
    Rule(
        "temporary tables are private, or everybody's",
        ORACLE,
        "Oracle has no plain ones, and private ones since 18c only",
        "CREATE TEMPORARY TABLE t (x NUMBER)",
        lambda sent: bool(
            re.match(r"\s*CREATE (?!(PRIVATE|GLOBAL) TEMPORARY TABLE)", sent.text)
            or (sent.engine == "oracle-12" and re.match(r"\s*CREATE PRIVATE", sent.text))
        ),
    ),
    Rule(
        "no more parameters than there may be",
        EVERYWHERE,
        "more can't be bound on Oracle; SQL Server's 2,100 are for drivers that bind: "
        "pymssql doesn't; beyond 65,535 constants it fails as well (error 8632)",
        "SELECT x FROM t",
        lambda sent: sent.parameters > PARAMETERS,
        parameters=65_536,
    ),
    Rule(
        "a select reads from something",
        BEFORE_23,
        "FROM dual; 23ai and all surrogates do without",
        "SELECT 1",
        _any(
            exp.Select,
            lambda node: not node.args.get("from_") and not node.args.get("from"),
        ),
    ),
    Rule(
        "no AS before the name of rows",
        ORACLE,
        "ORA-00933; H2 and PostgreSQL take it",
        "SELECT r.x FROM (SELECT x FROM t) AS r",
        _named_rows_with_as,
    ),
    Rule(
        "no sorted rows inside of others",
        SQLSERVER,
        "error 1033, but with TOP or OFFSET",
        "SELECT x FROM (SELECT x FROM t ORDER BY x) AS r",
        _any(exp.Select, _sorted_inside),
    ),
    Rule(
        "no words of other engines",
        SQLSERVER,
        "LEN leaves out blanks at the end; the others aren't there before 2025",
        "SELECT LEN(x) || 'a' FROM t",
        lambda sent: (
            _calls("LEN", "LENGTH", "SUBSTR", "INSTR", "EXTRACT", "TRUNC", "MOD")(sent)
            or "||" in re.sub(r"'[^']*'", "", sent.text)
        ),
    ),
    Rule(
        "counts and sums have room",
        SQLSERVER,
        "COUNT fails beyond 2,147,483,647, SUM of a BIGINT beyond 64 bits",
        "SELECT COUNT(*) FROM t",
        _calls("COUNT"),
    ),
)
