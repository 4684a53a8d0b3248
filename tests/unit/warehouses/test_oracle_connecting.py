"""The real driver against what answers as an Oracle listener may: each fault, told."""

from __future__ import annotations

import socket
import ssl
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import oracledb
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cohort_dsl.errors import LoginRefused, SnapshotLost, WarehouseAway, WarehouseError
from cohort_dsl.warehouses.oracle_connecting import connect, problems
from cohort_dsl.warehouses.oracle_errors import told
from cohort_dsl.warehouses.oracle_faults import AT_FIRST, FAULTS, LATER
from cohort_dsl.warehouses.passfile import secret
from tests.a_tns_listener import (
    Answer,
    closes,
    closes_at_once,
    lets_in_nobody,
    listening,
    refuses,
    says_nothing,
    speaks_http,
)

pytestmark = [  # the driver leaves a socket that was reset to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
    ),
]

CANARY = "canary-7f3a"
ASKED: dict[str, object] = {"host": "127.0.0.1", "database": "edspdb", "user": "reader"}
ALONE = {**ASKED, "one_statement": True}


@pytest.fixture
def passfile(tmp_path: Path) -> Path:
    return a_secret(tmp_path / "password")


def a_secret(path: Path, text: str = f"{CANARY}\n", mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def refused(passfile: Path, **settings: object) -> WarehouseError:
    """With all that any handler could print of it looked through."""
    given = {**ASKED, "passfile": str(passfile), "connect_timeout": 5, **settings}
    with pytest.raises(WarehouseError) as caught:
        connect(given)
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value.__dict__)
    assert CANARY not in shown
    return caught.value


@pytest.mark.parametrize(
    ("answer", "kind", "problem"),
    [
        (refuses(12514), WarehouseAway, "knows no service of this name (ORA-12514)"),
        (refuses(12505), WarehouseError, "knows no SID of this name (ORA-12505)"),
        (refuses(12516), WarehouseAway, "no room for another session (ORA-12516)"),
        (refuses(12520), WarehouseAway, "no room for another session (ORA-12520)"),
        (refuses(12528), WarehouseAway, "being started or stopped (ORA-12528)"),
        (refuses(12599), WarehouseError, "the listener refused the connection (DPY-6000)"),
        (closes_at_once, WarehouseAway, "closed as soon as it was made"),
        # Whether the driver has a number for it depends on when it sees the end.
        (closes, WarehouseAway, "closed as soon as it was made"),
        (speaks_http, WarehouseAway, "closed as soon as it was made"),
    ],
)
def test_what_a_listener_may_answer_is_told_with_what_to_do(
    passfile: Path, answer: Answer, kind: type[WarehouseError], problem: str
) -> None:
    with listening(answer) as port:
        error = refused(passfile, port=port)
    assert problem in error.problem
    assert type(error) is kind
    assert error.where == f"Oracle at 127.0.0.1:{port}/edspdb"


@pytest.mark.parametrize(
    ("code", "kind", "problem"),
    [
        (1017, LoginRefused, "user or password is wrong"),
        (28000, LoginRefused, "the account is locked"),
        (28001, LoginRefused, "password has expired"),
        (1045, LoginRefused, "may not open a session"),
        (28040, LoginRefused, "in a form that is too old"),
        (1033, WarehouseAway, "being started or stopped"),
        (1034, WarehouseAway, "being started or stopped"),
        (20, WarehouseAway, "no room for another session"),
        (2391, WarehouseAway, "no room for another session"),
        (28, WarehouseAway, "somebody ended our session"),
        (603, WarehouseAway, "the connection was lost"),
        (600, WarehouseError, "an error of its own"),
        (1555, SnapshotLost, "is no longer kept"),
        (20001, WarehouseError, "Oracle refused"),
    ],
)
def test_what_the_server_answers_to_a_login_is_told_by_its_code_alone(
    passfile: Path, code: int, kind: type[WarehouseError], problem: str
) -> None:
    words = f"ORA-{code:05}: a message that quotes {CANARY}"
    with listening(lets_in_nobody(code, words)) as port:
        error = refused(passfile, port=port)
    assert problem in error.problem
    assert f"(ORA-{code:05})" in error.problem
    assert type(error) is kind


def test_a_listener_that_says_nothing_is_given_up(passfile: Path) -> None:
    with listening(says_nothing) as port:
        error = refused(passfile, port=port, connect_timeout=1)
    assert type(error) is WarehouseAway
    assert "didn't answer in time" in error.problem


def test_a_port_where_nobody_listens_is_told(passfile: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        error = refused(passfile, port=held.getsockname()[1])
    assert "nothing listens at this host and port" in error.problem
    assert type(error) is WarehouseAway


def test_a_host_that_nobody_knows_is_told(passfile: Path) -> None:
    error = refused(passfile, host="no-such-host.invalid")
    assert "no host of this name is known here" in error.problem


# TLS -----------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [closes, speaks_http])
def test_a_port_without_tls_is_told(passfile: Path, answer: Answer) -> None:
    with listening(answer) as port:
        error = refused(passfile, port=port, tls=True)
    assert "speaks no TLS" in error.problem


def vouching_for_itself(path: Path) -> Path:
    """A key and its certificate, which nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.example")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1)
    dated = made.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(
        datetime(2090, 1, 1, tzinfo=UTC)
    )
    kinds = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    held = key.private_bytes(*kinds, serialization.NoEncryption())
    path.write_bytes(held + dated.sign(key, hashes.SHA256()).public_bytes(kinds[0]))
    return path


def test_a_certificate_that_nobody_vouches_for_is_told(
    passfile: Path, tmp_path: Path
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(vouching_for_itself(tmp_path / "server.pem"))

    def offers_tls(plain: socket.socket) -> None:
        with server.wrap_socket(plain, server_side=True) as inside:
            inside.recv(4096)

    with listening(offers_tls) as port:
        error = refused(passfile, port=port, tls=True)
    assert "isn't one that we trust" in error.problem


def test_a_wallet_that_is_not_there_is_told(passfile: Path, tmp_path: Path) -> None:
    with listening(closes) as port:
        error = refused(passfile, port=port, tls=True, wallet=str(tmp_path / "none"))
    assert "the wallet can't be read (DPY-2018)" in error.problem


def test_a_wallet_that_is_none_is_told(passfile: Path, tmp_path: Path) -> None:
    (tmp_path / "ewallet.pem").write_text(CANARY)
    with listening(closes) as port:
        error = refused(passfile, port=port, tls=True, wallet=str(tmp_path))
    assert "wallet" in error.problem or "TLS" in error.problem


# Names of tnsnames.ora -------------------------------------------------------------------


NAMES = """\
eds = (DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT={port}))
  (CONNECT_DATA=(SERVICE_NAME=edspdb)))
torn = (DESCRIPTION
"""


def by_name(passfile: Path, folder: Path, name: str) -> WarehouseError:
    given = {"dsn": name, "config_dir": str(folder), "user": "reader"}
    with pytest.raises(WarehouseError) as caught:
        connect({**given, "passfile": str(passfile)})
    assert caught.value.where == f"Oracle as {name}"
    return caught.value


def test_a_name_of_tnsnames_is_looked_up(passfile: Path, tmp_path: Path) -> None:
    assert "no tnsnames.ora that can be read" in by_name(passfile, tmp_path, "eds").problem
    with listening(refuses(12514)) as port:
        (tmp_path / "tnsnames.ora").write_text(NAMES.format(port=port))
        assert "(ORA-12514)" in by_name(passfile, tmp_path, "eds").problem
    assert "has no such name (DPY-4000)" in by_name(passfile, tmp_path, "edx").problem
    assert "isn't understood" in by_name(passfile, tmp_path, "torn").problem


# What stands in the settings -------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mode", "problem"),
    [
        (CANARY, 0o640, "others than its owner may read it"),
        (CANARY, 0o604, "others than its owner may read it"),
        ("\n", 0o600, "its first line is empty"),
        ("\n" + CANARY, 0o600, "its first line is empty"),
    ],
)
def test_a_password_stands_in_a_file_of_the_sites_account_alone(
    tmp_path: Path, text: str, mode: int, problem: str
) -> None:
    path = a_secret(tmp_path / "password", text, mode)
    with pytest.raises(WarehouseError, match=problem):
        secret(path, "passfile")


def test_a_password_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match="can't be read"):
        secret(tmp_path / "none", "passfile")
    (tmp_path / "password").write_bytes(b"\xff\xfe")
    with pytest.raises(WarehouseError, match="can't be read"):
        secret(tmp_path / "password", "passfile")


def test_a_password_is_a_line_whatever_it_has(tmp_path: Path) -> None:
    path = a_secret(tmp_path / "password", " a b:c@d \r\nrest")
    assert secret(path, "passfile") == " a b:c@d "


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (
            {"tables": "global"},
            ["host isn't set, nor dsn", "database isn't set, nor dsn"],
        ),
        (ASKED, ["tables isn't set to private or global, nor one_statement to true"]),
        (
            {"dsn": "eds", "host": "db", "port": 1, "one_statement": True},
            ["dsn and host and port are both set: one way is enough"],
        ),
        (
            {**ALONE, "config_dir": "/etc"},
            ["config_dir is set without dsn, a name in its tnsnames.ora"],
        ),
        (
            {**ALONE, "wallet_passfile": "/a", "server_cert_dn": "CN=a"},
            [
                "wallet_passfile is set without wallet",
                "server_cert_dn is set without tls: true",
            ],
        ),
        (
            {"dsn": "eds", "tls": True, "tables": "global"},
            ["tls is set beside dsn, whose entry says PROTOCOL=TCPS itself"],
        ),
        (
            {**ALONE, "tables": "private", "patients_at_once": 9},
            [
                "tables is set beside one_statement, for which none is made",
                "patients_at_once is set without flashback: true",
            ],
        ),
        ({**ALONE, "tls": True, "wallet": "/w", "wallet_passfile": "/p"}, []),
        ({"dsn": "e", "config_dir": "/etc", "wallet": "/w", "tables": "private"}, []),
    ],
)
def test_settings_that_contradict_each_other_are_all_told(
    given: dict[str, object], wrong: list[str]
) -> None:
    assert problems(given) == wrong


# The table of faults ---------------------------------------------------------------------


def an_error(code: str, words: str = "") -> BaseException:
    """As the driver raises it for the server's code, or for its own."""
    from oracledb import errors

    kind, _, number = code.partition("-")
    if not number:
        made: BaseException = getattr(ssl, code, None) or _python(code)
        return made
    text = f"{code}: {words}"
    if kind == "ORA":
        found: Any = errors._Error(text, code=int(number))
    else:
        found = errors._Error(text)
    raised: BaseException = found.exc_type(found)
    return raised


def _python(name: str) -> BaseException:
    import builtins

    kind: Callable[..., BaseException] = getattr(builtins, name, None) or socket.gaierror
    return kind(1, CANARY)


@pytest.mark.parametrize("code", [code for code in FAULTS if "-" in code])
def test_every_code_of_the_table_is_told_without_the_servers_words(code: str) -> None:
    error = told(an_error(code, f"the value {CANARY}"), "the warehouse")
    assert error.problem == f"{FAULTS[code].problem} ({code})"
    assert error.remedy == FAULTS[code].remedy
    assert type(error) is FAULTS[code].kind
    assert CANARY not in str(error)


@pytest.mark.parametrize("code", [code for code in FAULTS if "-" not in code])
def test_every_exception_of_the_table_is_told(code: str) -> None:
    kind = getattr(ssl, code, None)
    cause = kind(1, CANARY) if kind else _python(code)
    error = told(cause, "the warehouse")
    assert error.problem == {**FAULTS, **LATER}[code].problem
    assert CANARY not in str(error)


def test_a_code_in_a_value_is_not_taken_for_the_servers() -> None:
    quoted = oracledb.DatabaseError("ORA-01722: can't read 'ORA-01017' as a number")
    error = told(quoted, "the warehouse")
    assert error.problem == "Oracle refused (ORA-01722)"
    assert told(ValueError(CANARY), "x").problem == "Oracle refused (ValueError)"


def test_what_is_told_at_first_is_known_later_too() -> None:
    assert AT_FIRST.keys() | LATER.keys() <= FAULTS.keys()
