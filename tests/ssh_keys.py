"""SSH keys and signatures, made by the real ssh-keygen as people make theirs."""

from __future__ import annotations

import subprocess
from pathlib import Path


def a_key(path: Path, *words: str) -> Path:
    """A new key without a passphrase; the file of its public part. ``words``: its kind."""
    kind = words or ("-t", "ed25519")
    whole = ["ssh-keygen", "-q", *kind, "-N", "", "-C", "a comment", "-f", str(path)]
    subprocess.run(whole, check=True, stdin=subprocess.DEVNULL)
    return path.with_name(path.name + ".pub")


def a_signature(key: Path, text: str, namespace: str = "strongroom-request") -> str:
    return subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", str(key)],
        input=text,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
