"""What tests share: a real container engine and images to run in it, a database server.

Tests that need Docker are marked ``docker`` and take ``docker_engine`` or
``docker_client``; those that need PostgreSQL take ``postgres`` or ``postgresql``. Where
there is none they are skipped with the reason, but fail where CI is true.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
from collections.abc import Iterator
from typing import Any

import coverage
import docker
import pytest
from hypothesis import HealthCheck, settings

from cohort_dsl import testing
from cohort_dsl.errors import WarehouseError
from cohort_dsl.warehouses.postgresql import from_rows
from cohort_dsl.warehouses.spark import from_rows as spark_rows
from job_runner import images
from job_runner.errors import PlatformError
from job_runner.executors import engine
from job_runner.executors.engine import Engine, Home
from tests import a_postgres, a_spark
from tests.needed import needed

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of one group share what starts but once: they must come to one worker.

    pytest-xdist 3.8 writes the group behind a test's name, which pytest 9.2 doesn't hear.
    """
    if not config.getoption("loadgroup", default=False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
            raise pytest.UsageError(f"{item.nodeid} isn't grouped: see tests/conftest.py")


@pytest.fixture
def uncounted() -> Iterator[None]:
    """Counting lines takes nearly as long again as what is counted."""
    counting = coverage.Coverage.current()
    if counting is not None:
        counting.stop()
    yield
    if counting is not None:
        counting.start()


@pytest.fixture(scope="session")
def engine_home() -> Home:
    """Below STRONGROOM_CACHE if set, else below the user's cache folder."""
    return engine.default_home(os.environ)


@pytest.fixture(scope="session")
def docker_engine(engine_home: Home) -> Iterator[Engine]:
    """An engine that answers (DOCKER_HOST first), else a private one for this session.

    pytest-xdist's workers share the private one; the last to end stops it.
    """
    with contextlib.ExitStack() as session:
        with needed(PlatformError):
            found = session.enter_context(engine.running(os.environ, engine_home))
        yield found


@pytest.fixture(scope="session")
def postgres() -> Iterator[a_postgres.Server]:
    """A PostgreSQL server of this session's own; it starts within a second."""
    with contextlib.ExitStack() as session:
        with needed(a_postgres.NoServerError):
            server = session.enter_context(a_postgres.running())
        yield server


@pytest.fixture(scope="session")
def one_database(postgres: a_postgres.Server) -> Iterator[str]:
    """The name of a database that tests of stores use one after the other."""
    with postgres.database() as name:
        yield name


@pytest.fixture
def postgres_url(postgres: a_postgres.Server, one_database: str) -> str:
    """The address of a database without a table."""
    with postgres.connect(one_database) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres.url(one_database)


@pytest.fixture(scope="session")
def postgresql(postgres: a_postgres.Server) -> Iterator[testing.Engine]:
    """What makes a warehouse of rows there, to evaluate questions with."""
    with postgres.connect() as connection:
        yield functools.partial(from_rows, connection)


@pytest.fixture(scope="session")
def oracle() -> Iterator[testing.Engine]:
    """What makes a warehouse of rows in H2, which is spoken to as if it were Oracle."""
    from tests import h2_as_oracle
    from tests.h2_as_oracle.rows import from_rows as oracle_from_rows

    with contextlib.ExitStack() as session:
        with needed(h2_as_oracle.NoH2Error):
            connection = h2_as_oracle.connect()
        session.callback(connection.close)
        yield functools.partial(oracle_from_rows, connection)


@pytest.fixture
def h2() -> Iterator[Any]:
    """H2 that is spoken to as Oracle, without a table."""
    from tests import h2_as_oracle

    with needed(h2_as_oracle.NoH2Error):
        connection = h2_as_oracle.connect()
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def docker_client(docker_engine: Engine) -> Iterator[docker.DockerClient]:
    """A client of that engine."""
    client = docker.DockerClient(base_url=docker_engine.url)
    yield client
    client.close()


@pytest.fixture(scope="session")
def workshop(docker_client: docker.DockerClient) -> images.Workshop:
    """Builds images into that engine; what was built before comes from the cache."""
    return images.Workshop(
        docker_client,
        cache=engine.cache_folder(os.environ) / "images",
        uv=images.find_uv(os.environ),
        environment=os.environ,
    )


@pytest.fixture(scope="session")
def base_image(workshop: images.Workshop) -> str:
    """A reference to Debian with Python, and nothing else."""
    return _built(workshop, images.BASE)


@pytest.fixture(scope="session")
def cohort_image(workshop: images.Workshop) -> str:
    """A reference to the image in which definitions are evaluated."""
    return _built(workshop, images.COHORT)


@pytest.fixture(scope="session")
def python_image(workshop: images.Workshop) -> str:
    """A reference to the image of analyses; the first build takes half a minute."""
    return _built(workshop, images.PYTHON)


@pytest.fixture(scope="session")
def r_image(workshop: images.Workshop) -> str:
    """A reference to the image of analyses in R; the first build takes a minute."""
    return _built(workshop, images.R)


def _built(workshop: images.Workshop, recipe: images.Recipe) -> str:
    images.build(workshop, [recipe.reference])
    return recipe.reference


@pytest.fixture(scope="session")
def spark() -> Iterator[testing.Engine]:
    """What makes a warehouse of rows there; the session's Spark starts in ten seconds."""
    with contextlib.ExitStack() as session:
        with needed(WarehouseError):
            link = session.enter_context(a_spark.running())
        yield functools.partial(spark_rows, link)
