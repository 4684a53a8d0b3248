"""What a machine without Spark's client, or without Java, is told, and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cohort_dsl import warehouses
from cohort_dsl.errors import WarehouseError
from tests.an_i2b2 import I2B2
from tests.needed import needed

WHERE = "the site's warehouse settings"
HERE = {"engine": "spark", "mapping": "i2b2", "parquet": str(I2B2)}
AT_A_SERVER = {
    "engine": "spark",
    "mapping": "i2b2",
    "remote": "sc://127.0.0.1:15002",
    "schema": "crc",
}


@pytest.mark.parametrize("module", ["pyspark.sql", "py4j.protocol", "grpc"])
@pytest.mark.parametrize("given", [HERE, AT_A_SERVER], ids=["here", "at a server"])
def test_a_machine_without_the_client_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, module: str, given: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it had never been installed
    with pytest.raises(WarehouseError) as refused:
        warehouses.open(given)
    assert (refused.value.where, refused.value.problem, refused.value.remedy) == (
        WHERE,
        "Spark's client isn't installed",
        "Run `pip install 'strongroom[spark]'` there.",
    )


@pytest.mark.filterwarnings("ignore::FutureWarning")  # pandas is newer than it knows
def test_a_client_without_what_speaks_to_servers_is_told_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql.connect.session", None)
    with pytest.raises(WarehouseError, match="client isn't installed"):
        warehouses.open(AT_A_SERVER)


def test_a_machine_without_the_thrift_server_s_client_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyhive", None)
    thrift = {"thrift": "hive://somebody@127.0.0.1", "schema": "crc"}
    with pytest.raises(WarehouseError) as refused:
        warehouses.open({"engine": "spark", "mapping": "i2b2", **thrift})
    assert (refused.value.where, refused.value.problem) == (
        WHERE,
        "the client of Spark's Thrift server isn't installed",
    )
    assert refused.value.remedy.startswith("Run `pip install 'strongroom[spark]'`")


OPENED = """
import sys
from cohort_dsl import warehouses
from cohort_dsl.errors import WarehouseError
try:
    warehouses.open({"engine": "spark", "mapping": "i2b2", "parquet": sys.argv[1]})
except WarehouseError as error:
    print(error.where, error.problem, error.remedy, sep="\\n")
"""
WHAT_ITS_SCRIPT_NEEDS = ("basename", "bash", "dirname", "env", "ps", "sed", "tr")


def test_a_machine_without_java_is_told_to_install_it(tmp_path: Path) -> None:
    """In a process of its own: in this one Spark may be running already."""
    with needed(ImportError):
        import pyspark  # noqa: F401
    for name in WHAT_ITS_SCRIPT_NEEDS:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    root = Path(__file__).parents[3]
    ran = subprocess.run(
        [sys.executable, "-c", OPENED, str(I2B2)],
        env={"PATH": str(tmp_path), "HOME": os.environ["HOME"], "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    assert ran.stdout.splitlines() == [
        WHERE,
        "Spark can't be started as local[*]",
        "Install Java 17 or later, and see that `pyspark --master` starts.",
    ]
