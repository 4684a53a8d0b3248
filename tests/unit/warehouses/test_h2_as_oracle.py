"""The stand-in for Oracle is one to SQLAlchemy's own dialect, too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa


def test_sqlalchemys_own_dialect_speaks_to_it(h2: Any) -> None:
    """The one that is used for a real Oracle: so nothing of ours stands between."""
    from tests import h2_as_oracle

    engine = sa.create_engine("oracle+oracledb://", module=h2_as_oracle)
    facts = sa.Table(
        "facts",
        sa.MetaData(),
        sa.Column("patient_num", sa.Integer, primary_key=True),
        sa.Column("start_date", sa.DateTime),
        sa.Column("tval_char", sa.String(255)),
    )
    rows = [(1, datetime.fromisoformat("2024-02-29 12:30"), "a"), (2, None, "")]
    with engine.connect() as connection:
        facts.create(connection)
        names = [column.name for column in facts.c]
        connection.execute(
            facts.insert(), [dict(zip(names, row, strict=True)) for row in rows]
        )
        asked = sa.select(facts).order_by(facts.c.patient_num)
        first, second = map(tuple, connection.execute(asked))
    engine.dispose()
    assert first == rows[0]
    assert second == (2, None, None)  # in Oracle '' is NULL
