"""Which texts are meant: some, or all that begin with one of some; and parts of texts."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from cohort_dsl.sql.dialect import Dialect, Sql

LONGEST = 1_000_000  # characters; what is cut here is codes and the like


@dataclass(frozen=True)
class Meant:
    """Meant, each as it is; or, ``beginning``, all texts that begin with one of them."""

    values: tuple[str, ...]
    beginning: bool = False

    def hold(self, said: Sql, dialect: Dialect) -> Sql:
        """Is this text among them? NULL for NULL."""
        if not self.beginning:
            return said.in_(self.values)
        return sa.or_(*(dialect.starts_with(said, sa.literal(v)) for v in self.values))


def before(text: Sql, part: str, dialect: Dialect) -> Sql:
    """What stands before the part; NULL where it isn't in."""
    place = dialect.position(text, sa.literal(part))
    one: Sql = sa.literal_column("1")
    return _some(sa.case((place > 0, dialect.piece(text, one, place - one))))


def after(text: Sql, part: str, dialect: Dialect) -> Sql:
    """What stands after the part; the whole text where it isn't in."""
    place = dialect.position(text, sa.literal(part))
    width: Sql = sa.literal_column(str(len(part)))
    rest = dialect.piece(text, place + width, sa.literal_column(str(LONGEST)))
    return _some(sa.case((place > 0, rest), else_=text))


def _some(text: Sql) -> Sql:
    """The text, or NULL where nothing is left of it."""
    return sa.func.nullif(sa.func.trim(text, type_=text.type), sa.literal(""))
