"""A session of Oracle's in the driver's thin mode, as a site's settings describe it.

Thin mode is Python alone: no client of Oracle's is installed, and 12.1 is the oldest
server. The password stands in a file that nobody but the site's account may read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any, TypeAlias

from cohort_dsl.warehouses.oracle_errors import told
from cohort_dsl.warehouses.oracle_faults import SLOW
from cohort_dsl.warehouses.passfile import secret

if TYPE_CHECKING:
    import oracledb

Connection: TypeAlias = "oracledb.Connection"
Given: TypeAlias = Mapping[str, object]

PRIVATE, GLOBAL = "private", "global"
TABLES = (PRIVATE, GLOBAL)
"""Which temporary tables we may make; none where a question is one statement."""
PORT, TLS_PORT = 1521, 2484
SECONDS = 20
"""A server that hasn't let us in by then isn't there."""
SESSION = (
    # What text means, how days are written and which come first: the same at every site.
    "ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY "
    "NLS_DATE_FORMAT = 'YYYY-MM-DD' NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD HH24:MI:SS.FF' "
    "NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN' "
    "NLS_LENGTH_SEMANTICS = CHAR TIME_ZONE = '+00:00'",
)


def problems(given: Given) -> list[str]:
    """What is wrong with settings that are sound each by itself."""
    return [*_where(given), *_vouching(given), *_making(given)]


def _where(given: Given) -> Iterator[str]:
    """Of where the server is, which is said in one way or the other."""
    parts = [name for name in ("host", "port", "database") if name in given]
    if "dsn" in given:
        if parts:
            yield f"dsn and {' and '.join(parts)} are both set: one way is enough"
        if given.get("tls") is not None:
            yield "tls is set beside dsn, whose entry says PROTOCOL=TCPS itself"
        return
    yield from (f"{n} isn't set, nor dsn" for n in ("host", "database") if n not in given)
    if "config_dir" in given:
        yield "config_dir is set without dsn, a name in its tnsnames.ora"


def _vouching(given: Given) -> Iterator[str]:
    """Of who vouches for it."""
    if "wallet_passfile" in given and "wallet" not in given:
        yield "wallet_passfile is set without wallet"
    encrypted = [n for n in ("wallet", "server_cert_dn") if n in given]
    if encrypted and "dsn" not in given and given.get("tls") is not True:
        yield f"{' and '.join(encrypted)} is set without tls: true"


def _making(given: Given) -> Iterator[str]:
    """Of what the account may make and read."""
    alone, tables = given.get("one_statement") is True, given.get("tables")
    if alone and tables is not None:
        yield "tables is set beside one_statement, for which none is made"
    if not alone and tables is None:
        kinds = " or ".join(TABLES)
        yield f"tables isn't set to {kinds}, nor one_statement to true"
    if "patients_at_once" in given and given.get("flashback") is not True:
        yield "patients_at_once is set without flashback: true"


def place(given: Given) -> str:
    """Where it is, as errors tell it: a host's name is nobody's secret."""
    if "dsn" in given:
        return f"Oracle as {given['dsn']}"
    return f"Oracle at {given['host']}:{_port(given)}/{given['database']}"


def _port(given: Given) -> int:
    usual = TLS_PORT if given.get("tls") else PORT
    return int(str(given.get("port", usual)))


def connect(given: Given) -> Connection:
    """A session that is ready to be asked. WarehouseError where there is none to be had."""
    import oracledb

    where, words = place(given), _words(given)
    try:
        connection = _in_time(lambda: oracledb.connect(**words), _seconds(given), where)
        connection.call_timeout = int(str(given.get("statement_timeout", 0))) * 1000
        return _prepared(connection)
    except (oracledb.Error, OSError, ValueError) as error:
        raise told(error, where, connecting=True) from None


def _prepared(connection: Connection) -> Connection:
    try:
        with connection.cursor() as cursor:
            for statement in SESSION:
                cursor.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _seconds(given: Given) -> int:
    return int(str(given.get("connect_timeout", SECONDS)))


def _in_time(connect: Callable[[], Connection], seconds: int, where: str) -> Connection:
    """The driver itself waits for ever for a listener that says nothing.

    So it does in a thread, which ends at the latest with this process.
    """
    came: Queue[Connection | BaseException] = Queue(1)

    def wait() -> None:
        try:
            came.put(connect())
        except BaseException as error:  # noqa: BLE001  raised where it is waited for
            came.put(error)

    threading.Thread(target=wait, name="oracle-connect", daemon=True).start()
    try:
        found = came.get(timeout=seconds)
    except Empty:
        raise SLOW.error(where) from None
    if not isinstance(found, BaseException):
        return found
    try:
        raise found
    finally:
        del found  # else it would hold its own traceback, and the driver's socket


def _words(given: Given) -> dict[str, Any]:
    """In the driver's words."""
    words: dict[str, Any] = {
        "user": str(given["user"]),
        "password": secret(Path(str(given["passfile"])), "passfile"),
        "tcp_connect_timeout": float(_seconds(given)),
        "retry_count": 0,  # the runner tries again itself, and says so
        "expire_time": 2,  # minutes: so that no firewall forgets a silent connection
        "program": "strongroom",
        # A statement kept open would be of temporary tables that are gone, and made anew.
        "stmtcachesize": 0,
    }
    if "dsn" in given:
        words |= {"dsn": str(given["dsn"])}
        words |= {"config_dir": str(given["config_dir"])} if "config_dir" in given else {}
    else:
        words |= {"host": str(given["host"]), "port": _port(given)}
        words |= {"service_name": str(given["database"])}
        words |= {"protocol": "tcps"} if given.get("tls") else {}
    return words | _vouched(given)


def _vouched(given: Given) -> dict[str, Any]:
    """Who vouches for the server, and for us."""
    words: dict[str, Any] = {}
    if "wallet" in given:
        words["wallet_location"] = str(given["wallet"])
    if "wallet_passfile" in given:
        held = Path(str(given["wallet_passfile"]))
        words["wallet_password"] = secret(held, "wallet_passfile")
    if "server_cert_dn" in given:
        words["ssl_server_cert_dn"] = str(given["server_cert_dn"])
    return words
