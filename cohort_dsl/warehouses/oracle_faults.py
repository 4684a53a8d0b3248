"""What may go wrong between us and Oracle: by its code, what to say and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cohort_dsl.errors import LoginRefused, SnapshotLost, WarehouseAway
from cohort_dsl.warehouses.faults import AGAIN, SETTINGS, Fault


def _for(fault: Fault, *codes: str) -> Mapping[str, Fault]:
    return dict.fromkeys(codes, fault)


LOST = Fault(
    "the connection was lost",
    "Was the server restarted, or does a firewall end what is silent for long? " + AGAIN,
    WarehouseAway,
)
STARTING = Fault(
    "the database is being started or stopped",
    f"Wait until it is open. {AGAIN}",
    WarehouseAway,
)
FULL = Fault(
    "the server has no room for another session",
    "Ask for fewer at once (database_workers), or have PROCESSES, SESSIONS or the "
    f"account's SESSIONS_PER_USER raised. {AGAIN}",
    WarehouseAway,
)
SLOW = Fault(
    "it didn't answer in time",
    f"Try host and port from this machine: does a firewall stand between? {AGAIN}",
    WarehouseAway,
)
NO_TLS = Fault(
    "what answers at this port speaks no TLS",
    f"Give the port of the listener's TCPS address, or leave out tls {SETTINGS}.",
)
UNTRUSTED = Fault(
    "the server's certificate isn't one that we trust",
    "Put the certificate of the hospital's authority into the wallet "
    "(ewallet.pem), or ask for a server certificate that it has signed.",
)
WALLET = Fault(
    "the wallet can't be read",
    "wallet is a folder with ewallet.pem, readable by the site's account alone; its "
    "password stands in wallet_passfile.",
)
NO_ALIAS = Fault(
    "tnsnames.ora has no such name",
    f"Correct dsn or config_dir {SETTINGS}: config_dir is the folder of tnsnames.ora.",
)
BAD_ALIAS = Fault(
    "the entry of this name in tnsnames.ora isn't understood",
    "Try the same name with sqlplus or SQLcl, or give host, port and database instead.",
)
RIGHTS = Fault(
    "the account may not read a table that the mapping names, or it isn't there",
    "Run `strongroom warehouse check`: it names what is missing. Then grant READ on it.",
)
SPACE = Fault(
    "there is no room left in a tablespace",
    "Have the account's temporary tablespace enlarged, or have patients_at_once lowered.",
)
LIMIT = Fault(
    "a limit of the account's profile or of the resource manager ended the statement",
    "Have the profile's limits raised for this account, or run it when the server is idle.",
)
SYNTAX = Fault(
    "the server doesn't understand a statement of ours",
    "It is a mistake of Strongroom's: run `strongroom warehouse doctor`, send its file.",
)
OLD = Fault(
    "how the data were when the question began is no longer kept",
    "Have UNDO_RETENTION raised above the time that the longest extraction takes, or run "
    "it when little is written. It starts over by itself: nothing of it is kept.",
    SnapshotLost,
)
NO_TABLES = Fault(
    "no temporary table can be made or filled here",
    "Grant the rights of docs/warehouses/oracle.md for `tables`, or say one_statement: "
    "true in their place.",
)
BROKEN_SERVER = Fault(
    "the server met an error of its own",
    "Its alert log says which: show it to whoever runs the database.",
)
PASSWORD = Fault(
    "user or password is wrong",
    f"Correct user {SETTINGS} or the password in passfile, and try it once with sqlplus. "
    "It isn't tried again by itself: that would lock the account.",
    LoginRefused,
)

FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        **_for(
            Fault(
                "no host of this name is known here",
                f"Correct host {SETTINGS}, or have the name put into DNS.",
            ),
            *("gaierror", "ORA-12545"),
        ),
        **_for(
            Fault(
                "nothing listens at this host and port",
                f"Correct port {SETTINGS}, or have the listener started. {AGAIN}",
                WarehouseAway,
            ),
            *("ConnectionRefusedError", "ORA-12541", "ORA-12542"),
        ),
        **_for(SLOW, "TimeoutError", "ORA-12170", "ORA-12535", "ORA-12606", "ORA-12609"),
        **_for(
            Fault(
                "there is no way through the network to it",
                f"Correct host {SETTINGS}, or ask for the way to be opened. {AGAIN}",
                WarehouseAway,
            ),
            *("OSError", "ORA-12543", "ORA-12560"),
        ),
        **_for(
            Fault(
                "the listener knows no service of this name",
                f"Correct database {SETTINGS}: `lsnrctl services` lists the names. Right "
                f"after a start the listener doesn't know it yet. {AGAIN}",
                WarehouseAway,
            ),
            *("DPY-6001", "ORA-12514"),
        ),
        **_for(
            Fault(
                "the listener knows no SID of this name",
                f"Give the service's name as database {SETTINGS}: `lsnrctl services` "
                "lists them.",
            ),
            *("DPY-6003", "ORA-12505"),
        ),
        **_for(NO_ALIAS, "DPY-4000", "ORA-12154"),
        **_for(BAD_ALIAS, "DPY-4017", "DPY-4018", "DPY-4021", "DPY-4030", "DPY-2049"),
        **_for(
            Fault(
                "there is no tnsnames.ora that can be read in config_dir",
                f"Correct config_dir {SETTINGS}: the folder of tnsnames.ora.",
            ),
            *("DPY-4026", "DPY-4027"),
        ),
        **_for(
            Fault(
                "the listener refused the connection",
                "Its log (listener.log) says why: show it to whoever runs the database.",
            ),
            *("DPY-6000", "DPY-5005"),
        ),
        **_for(
            Fault(
                "the server is older than Oracle 12.1",
                "Thin mode needs 12.1 or newer, and what is asked 12.2: ask for a copy "
                "on a newer server.",
            ),
            "DPY-3010",
        ),
        **_for(
            Fault(
                "the server demands Oracle's own network encryption, which thin mode lacks",
                "Ask for a TLS address (TCPS) and set tls, or have "
                "SQLNET.ENCRYPTION_SERVER and CRYPTO_CHECKSUM_SERVER set to ACCEPTED.",
            ),
            *("DPY-3001", "DPY-5016", "ORA-12660"),
        ),
        **_for(
            Fault(
                "the account's password is kept in a form that is too old",
                "Have the account's password set again, with 11g or 12c verifiers allowed "
                "(SQLNET.ALLOWED_LOGON_VERSION_SERVER).",
                LoginRefused,
            ),
            *("DPY-3015", "ORA-28040"),
        ),
        # Who may come in
        **_for(PASSWORD, "ORA-01017", "ORA-01005", "DPY-4001"),
        **_for(
            Fault(
                "the account is locked",
                "Have it unlocked (ALTER USER … ACCOUNT UNLOCK), and find out who tried "
                "wrong passwords. It isn't tried again by itself.",
                LoginRefused,
            ),
            "ORA-28000",
        ),
        **_for(
            Fault(
                "the account's password has expired",
                "Have it set anew, write it into passfile, and give the account a profile "
                "whose PASSWORD_LIFE_TIME is UNLIMITED.",
                LoginRefused,
            ),
            *("ORA-28001", "ORA-28221"),
        ),
        **_for(
            Fault(
                "the account may not open a session",
                "Grant it CREATE SESSION.",
                LoginRefused,
            ),
            "ORA-01045",
        ),
        **_for(FULL, "ORA-00018", "ORA-00020", "ORA-02391"),
        **_for(FULL, "ORA-12516", "ORA-12518", "ORA-12519", "ORA-12520", "ORA-12521"),
        # TLS
        **_for(UNTRUSTED, "SSLCertVerificationError", "ORA-29024"),
        **_for(
            Fault(
                "the server's certificate is another's than this host's",
                "Give the host by the name in its certificate, or that name as "
                f"server_cert_dn {SETTINGS}.",
            ),
            *("DPY-6002", "DPY-6006", "ORA-29002"),
        ),
        **_for(NO_TLS, "SSLError", "SSLEOFError", "ORA-28860", "ORA-28864", "ORA-28865"),
        **_for(WALLET, "DPY-2018", "ORA-28759", "ORA-28750", "ORA-28868", "ORA-28791"),
        # In the middle
        **_for(LOST, "DPY-4011", "DPY-1001", "ORA-03113", "ORA-03114", "ORA-03135"),
        **_for(LOST, "ORA-00602", "ORA-00603", "ORA-00609", "ORA-01012", "ORA-01041"),
        **_for(LOST, "ORA-12537", "ORA-12547", "ORA-12570", "ORA-12571", "ORA-12583"),
        **_for(LOST, "ORA-25401", "ORA-25402", "ORA-25408", "ConnectionResetError"),
        **_for(LOST, "BrokenPipeError", "ConnectionAbortedError", "DPY-4035", "DPY-5006"),
        **_for(
            Fault(
                "somebody ended our session",
                f"Ask whoever runs the database why. {AGAIN}",
                WarehouseAway,
            ),
            *("ORA-00028", "ORA-00031", "ORA-00045"),
        ),
        **_for(
            Fault(
                "our session was silent for longer than its profile allows",
                f"Have IDLE_TIME raised in the account's profile. {AGAIN}",
                WarehouseAway,
            ),
            *("ORA-02396", "DPY-4033"),
        ),
        **_for(STARTING, "ORA-01033", "ORA-01034", "ORA-01035", "ORA-01089", "ORA-01090"),
        **_for(STARTING, "ORA-01092", "ORA-01109", "ORA-12526", "ORA-12527", "ORA-12528"),
        **_for(STARTING, "ORA-27101"),
        **_for(BROKEN_SERVER, "ORA-00600", "ORA-07445", "ORA-04030", "ORA-04031"),
        **_for(OLD, "ORA-01555", "ORA-22924", "ORA-08180", "ORA-08181", "ORA-01466"),
        **_for(
            Fault(
                "a statement took longer than statement_timeout",
                f"Raise statement_timeout {SETTINGS}, or find out by `strongroom explain` "
                "what takes so long.",
            ),
            *("DPY-4024", "ORA-01013"),
        ),
        **_for(LIMIT, "ORA-02392", "ORA-02393", "ORA-02394", "ORA-02395", "ORA-02399"),
        **_for(LIMIT, "ORA-00040", "ORA-56735", "ORA-56720", "ORA-10631"),
        **_for(SPACE, "ORA-01652", "ORA-01653", "ORA-01654", "ORA-30036", "ORA-01114"),
        **_for(
            Fault(
                "another session is in the way",
                AGAIN,
                WarehouseAway,
            ),
            *("ORA-08177", "ORA-00060", "ORA-00054"),
        ),
        # Rights, and what isn't as the mapping says
        **_for(RIGHTS, "ORA-00942", "ORA-01031", "ORA-01039", "ORA-01720", "ORA-41900"),
        **_for(
            Fault(
                "a view or synonym that the mapping names doesn't work any more",
                "Run `strongroom warehouse check`, and have the view compiled again.",
            ),
            *("ORA-04063", "ORA-00980", "ORA-01775"),
        ),
        **_for(NO_TABLES, "ORA-01950", "ORA-01536", "ORA-16000", "ORA-01456", "ORA-14459"),
        **_for(NO_TABLES, "ORA-32460", "ORA-14451", "ORA-00955"),
        **_for(SYNTAX, "ORA-00900", "ORA-00904", "ORA-00905", "ORA-00907", "ORA-00911"),
        **_for(SYNTAX, "ORA-00918", "ORA-00920", "ORA-00923", "ORA-00932", "ORA-00933"),
        **_for(SYNTAX, "ORA-00936", "ORA-00972", "ORA-00979", "ORA-01795", "ORA-03049"),
        **_for(SYNTAX, "ORA-01006", "ORA-01008", "ORA-01036", "ORA-01858", "ORA-01861"),
    }
)
"""By Oracle's and the driver's codes, and by the names of Python's exceptions."""

AT_FIRST: Mapping[str, Fault] = MappingProxyType(
    _for(
        Fault(
            "the connection was closed as soon as it was made",
            "Does this port expect TLS (set tls), is it Oracle's at all, and may this "
            f"machine come in (TCP.INVITED_NODES in the server's sqlnet.ora)? {AGAIN}",
            WarehouseAway,
        ),
        *("DPY-4011", "ORA-12537", "ORA-12547", "ConnectionResetError", "BrokenPipeError"),
    )
)
"""What means something else while we connect."""

LATER: Mapping[str, Fault] = MappingProxyType(
    _for(
        Fault(
            "a statement took longer than statement_timeout, and nobody stopped it",
            f"Was the network down? Else raise statement_timeout {SETTINGS}. {AGAIN}",
            WarehouseAway,
        ),
        "TimeoutError",
    )
)
"""What means something else once we are connected."""
