"""A real Spark for tests, as small as it gets: most of its time goes into starting."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cohort_dsl.warehouses.spark_session import InProcess, in_process

# Tables of ten rows: what is meant for millions takes longer than to read them. Without
# broadcasts a question is one job, not one for each join.
SMALL: Mapping[str, str] = {
    "spark.driver.memory": "1g",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-Xss16m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.log.level": "OFF",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.shuffle.partitions": "1",
}


@contextlib.contextmanager
def running() -> Iterator[InProcess]:
    """A session in this process, of which there can be only one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # pandas is newer than it knows
        link = in_process("local[2]", SMALL)
        try:
            yield link
        finally:
            link.close()
            link._session.stop()


# Servers -------------------------------------------------------------------------

THRIFT = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
CONNECT = "org.apache.spark.sql.connect.SparkConnectPlugin"
PATIENCE = 180  # seconds, on a machine that does much else


@dataclass(frozen=True)
class Server:
    """Spark's Thrift server, in whose process Spark Connect listens, too."""

    thrift: int
    connect: int
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """``folder``: what it writes of its own. TimeoutError where it doesn't start."""
    home = Path(find_spec("pyspark").origin).parent  # type: ignore[union-attr, arg-type]
    thrift, connect = _free_port(), _free_port()
    options = {
        **SMALL,
        "spark.plugins": CONNECT,
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(connect),
        "spark.hadoop.hive.server2.thrift.bind.host": "127.0.0.1",
        "spark.hadoop.hive.server2.thrift.port": str(thrift),
        "spark.local.dir": str(folder),
    }
    told = [
        word for name, value in options.items() for word in ("--conf", f"{name}={value}")
    ]
    process = subprocess.Popen(
        [home / "bin" / "spark-submit", "--class", THRIFT, "--master", "local[2]", *told],
        env={**os.environ, "SPARK_HOME": str(home)},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(thrift, connect, process)
    try:
        _wait_for(server)
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(server: Server) -> None:
    waited = 0.0
    while not all(map(_listens, (server.thrift, server.connect))):
        if waited > PATIENCE or server.process.poll() is not None:
            raise TimeoutError("Spark's servers don't start")
        time.sleep(0.5)
        waited += 0.5


def _listens(port: int) -> bool:
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0
