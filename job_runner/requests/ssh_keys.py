"""Public keys as SSH writes them, and signatures as ``ssh-keygen -Y`` makes them.

Whether a signature is right is for ssh-keygen alone to say. What is read of one here only
tells which key it names, so that a refusal can say why.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from job_runner.errors import PlatformError, RequestRefused

KINDS = (
    *("ssh-ed25519", "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"),
    *("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"),
)
SHORTEST_RSA = 2048
SECONDS = 10.0
"""How long ssh-keygen may take; it takes milliseconds."""

_SIGNER = "submitter"
"""The only principal of a list of keys that is made for one person: names of people may
hold characters that a list takes for patterns."""

_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"


@dataclass(frozen=True)
class PublicKey:
    """A key as ``ssh-keygen`` wrote it, without its comment. RequestRefused for others."""

    kind: str
    blob: bytes

    def __post_init__(self) -> None:
        if self.kind not in KINDS or not self.blob.startswith(_text(self.kind.encode())):
            raise _no_key("it isn't of a kind that is taken: " + ", ".join(KINDS))
        if self.kind == "ssh-rsa" and _rsa_bits(self.blob) < SHORTEST_RSA:
            raise _no_key(f"an RSA key of less than {SHORTEST_RSA} bits isn't taken")

    @property
    def fingerprint(self) -> str:
        """As ``ssh-keygen -l`` prints it."""
        return fingerprint(self.blob)

    def __str__(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"


def read_key(line: str) -> PublicKey:
    """The key of a line such as a ``.pub`` file has; RequestRefused."""
    words = line.split()
    if len(words) < 2:
        raise _no_key("it isn't a line of a kind and a key")
    try:
        return PublicKey(words[0], base64.b64decode(words[1], validate=True))
    except binascii.Error:
        raise _no_key("it isn't whole") from None


def fingerprint(blob: bytes) -> str:
    """What people compare of a key."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def signer(signature: str) -> str | None:
    """The fingerprint of the key that a signature names; None if it can't be read."""
    blob = _signing(signature)
    return None if blob is None else fingerprint(blob)


def signing_key(signature: str) -> PublicKey:
    """The key that a signature names; whose it is, it doesn't say. RequestRefused."""
    blob = _signing(signature)
    size = int.from_bytes((blob or b"")[:4])
    if blob is None or not blob[4 : 4 + size].isascii():
        raise _no_key("the signature names none")
    return PublicKey(blob[4 : 4 + size].decode(), blob)


def _signing(signature: str) -> bytes | None:
    text = signature.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        return None
    try:
        packed = text.removeprefix(_BEGIN).removesuffix(_END)
        blob = base64.b64decode("".join(packed.split()), validate=True)
    except binascii.Error:
        return None
    head, size = blob[:10], int.from_bytes(blob[10:14])
    if head != b"SSHSIG\0\0\0\1" or not 0 < size <= len(blob) - 14:
        return None
    return blob[14 : 14 + size]


def is_signed(
    text: str,
    signature: str,
    *,
    namespace: str,
    keys: Iterable[PublicKey],
    revoked: Collection[PublicKey],
    environment: Mapping[str, str],
) -> bool:
    """Whether one of the keys, and none of those revoked, signed these very bytes."""
    with tempfile.TemporaryDirectory(prefix="strongroom-signature-") as name:
        folder = Path(name)
        allowed = "".join(f'{_SIGNER} namespaces="{namespace}" {key}\n' for key in keys)
        (folder / "allowed").write_text(allowed, encoding="ascii")
        (folder / "revoked").write_text("".join(f"{k}\n" for k in revoked))
        (folder / "signature").write_text(signature, encoding="utf-8")
        words = ("-Y", "verify", "-n", namespace, "-I", _SIGNER)
        files = ("-f", folder / "allowed", "-s", folder / "signature")
        return _agrees((*words, *files, "-r", folder / "revoked"), text, environment)


def _agrees(words: Iterable[str | Path], text: str, environment: Mapping[str, str]) -> bool:
    try:
        done = subprocess.run(  # noqa: S603  our own words; what was sent is in files
            ["ssh-keygen", *map(str, words)],  # noqa: S607  the site's own PATH
            input=text.encode(),
            env={"PATH": environment.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise PlatformError(
            "signatures can't be verified",
            where="ssh-keygen",
            remedy="Install OpenSSH's client: apt-get install openssh-client.",
        ) from None
    return done.returncode == 0


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value


def _rsa_bits(blob: bytes) -> int:
    """The length of its modulus, which is the third of its three parts."""
    rest, part = blob, b""
    for _ in range(3):
        size = int.from_bytes(rest[:4])
        part, rest = rest[4 : 4 + size], rest[4 + size :]
    return int.from_bytes(part).bit_length()


def _no_key(why: str) -> RequestRefused:
    return RequestRefused(
        f"this isn't a public key of SSH's: {why}",
        where="the key",
        remedy="Give a .pub file, such as ssh-keygen -t ed25519 makes.",
    )
