"""What a released folder says of itself, to whoever opens it."""

from __future__ import annotations

from collections.abc import Sequence

from output_checker import canonical

RECOMPUTED = "Every number was recomputed"
BUT = "Every number, but for those of the files named below, was recomputed"
NOT_RECOMPUTED = """
Not recomputed: {}.
The study's own analysis made these. Two people looked at them and judged that they may
leave; the site wrote them anew from what can be seen of them.
"""
ABOUT = f"""What this folder is
===================
Tables that were computed inside a secure site and approved for release by two people.
{RECOMPUTED} from the data by the site and protected against disclosure;
the site wrote these files itself.

{canonical.HIDDEN}  a number that can't be shown without risk to somebody's privacy.
           It stands for a small number, or for one that would give a small one away.
{canonical.TOTAL}   the sum or summary over all levels of a dimension.

manifest.json says which study, commit and policy the tables come from, who approved
them and when, and holds the sha256 of every file.
"""


def about(unsure: Sequence[str]) -> bytes:
    """The text; ``unsure``: the names of files that nobody recomputed."""
    if not unsure:
        return ABOUT.encode()
    told = ABOUT.replace(RECOMPUTED, BUT) + NOT_RECOMPUTED.format(", ".join(unsure))
    return told.encode()
