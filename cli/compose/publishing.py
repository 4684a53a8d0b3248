"""What a site serves, told to its researchers: the file that its custodian published.

Never another. The file is the one that the policy names; ``warehouse describe`` made it,
byte for byte, as the ledger says; and what is told is written anew from what was
understood of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from cohort_dsl.errors import WarehouseError
from cohort_dsl.mappings import description
from job_runner.errors import PlatformError
from job_runner.ledger import Ledger

DESCRIBED = "warehouse describe"
"""The kind of the ledger's entry that has the hash of a description."""


@dataclass
class Published:
    """``path``: where the policy says that it lies; None where it names none."""

    path: Path | None
    ledger: Ledger
    _lock: Lock = field(default_factory=Lock, repr=False)
    _known: tuple[str, Mapping[str, object]] | None = field(default=None, repr=False)

    def told(self) -> Mapping[str, object] | None:
        """The description; None where none is published. PlatformError for a file that
        can't be read, or isn't one that this site made."""
        if self.path is None:
            return None
        data = self._read(self.path)
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:  # the ledger is long: it is read once for each file
            if self._known is None or self._known[0] != sha256:
                self._known = sha256, self._understood(self.path, data, sha256)
            return self._known[1]

    def _understood(self, path: Path, data: bytes, sha256: str) -> Mapping[str, object]:
        made = (e.body.get("sha256") for e in self.ledger.entries() if e.kind == DESCRIBED)
        if sha256 not in made:
            raise _refused(path, "isn't one that this site made, or was changed since")
        try:
            return description.of(data, str(path)).as_json()
        except WarehouseError as error:
            raise _refused(path, f"can't be understood: {error.problem}") from None

    def _read(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(description.LARGEST + 1)
        except OSError:
            raise _refused(path, "can't be read") from None
        return data


def _refused(path: Path, problem: str) -> PlatformError:
    return PlatformError(
        f"the description of the warehouse {problem}",
        where=str(path),
        remedy="Make it with strongroom warehouse describe SITE --output FILE, and name "
        "that file as 'description' in site.yaml.",
    )
