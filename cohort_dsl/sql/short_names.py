"""Names that an engine has room for, however long an author's are."""

from __future__ import annotations

from hashlib import sha256


def short(name: str, longest: int) -> str:
    """The name; or the beginning of one that is too long, told apart by its hash.

    ``longest``: in bytes.
    """
    if len(name.encode()) <= longest:
        return name
    own = sha256(name.encode()).hexdigest()[:8]
    return f"{name.encode()[: longest - 9].decode(errors='ignore')}_{own}"
