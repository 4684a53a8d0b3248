"""The site's two processes."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import click

from cli import clock, console
from cli.commands.site import existing, folder_argument
from cli.quiet_logs import KindAndPlace
from job_runner.errors import PlatformError


@click.command()
@folder_argument
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen at."
)
@click.option(
    "--port", default=8750, show_default=True, help="The port; 0 finds a free one."
)
@click.option("--behind-tls", is_flag=True, help="An HTTPS proxy stands in front.")
def serve(site_folder: Path, host: str, port: int, behind_tls: bool) -> None:
    """Serve SITE: requests, status, review pages and the public record.

    The runner is a process of its own (strongroom runner): the server sees no record and
    starts no container. Stops cleanly on Ctrl-C or SIGTERM.
    """
    import uvicorn

    from cli.compose import serving
    from cli.compose.opened import opened
    from job_runner.server.changes import Changes, listening

    folder = existing(site_folder)
    if host not in ("127.0.0.1", "::1", "localhost") and not behind_tls:
        raise click.BadParameter(
            "without HTTPS only this machine itself may connect; put an HTTPS proxy in "
            "front and say --behind-tls",
            param_hint="--host",
        )
    sign = folder.state / "serve.json"
    changes = Changes()
    with (
        _listener(host, port) as listener,
        opened(folder) as site,
        listening(folder.served, changes.tell),
    ):
        url = f"http://{host}:{listener.getsockname()[1]}"
        site.store.on_change(site.wake_runner)
        site.store.on_change(changes.tell)
        app = serving.application(site, changes, https=behind_tls)
        config = uvicorn.Config(
            app,
            log_level="warning",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,  # a long poll may be open
        )
        logging.getLogger("uvicorn.error").addFilter(KindAndPlace())
        serving.announce(sign, url, clock.now())
        console.say(f"Serving {site.policy.name} at {url}")
        try:
            asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))
        except KeyboardInterrupt:
            pass
        finally:
            sign.unlink(missing_ok=True)


def _listener(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise PlatformError(
            f"the server can't listen here: {error.strerror}",
            where=f"{host} port {port}",
            remedy="Does a server run already? Choose another --port; 0 finds a free one.",
        ) from None


@click.command()
@folder_argument
def runner(site_folder: Path) -> None:
    """Run the jobs of SITE: extractions and actions in containers.

    Stops cleanly on Ctrl-C or SIGTERM: containers that run go on, and are adopted by the
    next runner.
    """
    from cli import boxes
    from cli.compose import running
    from cli.compose.opened import opened
    from job_runner.jobs import wake
    from job_runner.server.changes import listening

    folder = existing(site_folder)
    sign = folder.state / "runner.json"
    with (
        opened(folder) as site,
        boxes.ready(folder.boxes, (), console.note) as ready,
    ):
        made = running.runner(site, ready.executor, told=_tell, trouble=_trouble)
        site.store.on_change(lambda: wake.notify(folder.served))

        def stop(_signal: int, _frame: FrameType | None) -> None:
            made.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        with listening(folder.wake, made.wake):
            sign.write_text("{}", encoding="utf-8")
            console.say(f"Running the jobs of {site.policy.name}")
            _look_for_warehouse(site.policy.warehouse)
            try:
                made.run()
            finally:
                sign.unlink(missing_ok=True)


def _look_for_warehouse(settings: Mapping[str, object]) -> None:
    """Told at the start; a warehouse may come later, so it is no reason to end."""
    from cohort_dsl import warehouses
    from cohort_dsl.errors import WarehouseError

    try:
        warehouses.open(settings).close()
    except WarehouseError as error:
        console.note(f"{error}\n  Until then extractions fail.")


def _tell(told: object) -> None:
    """A job's step, by enumerated words only: logs are highly sensitive. What the platform
    failed at is told in our own words, for whoever can mend it."""
    from job_runner.jobs.job import PLATFORM_FAILURES
    from job_runner.jobs.worker import Told

    assert isinstance(told, Told)
    state = told.job.failure.value if told.job.failure else told.job.state.value
    console.say(f"{told.job.action} ({told.job.id}): {state}")
    if told.job.failure in PLATFORM_FAILURES and told.why:
        console.note(f"{told.job.action} ({told.job.id}): {told.why}")


def _trouble(error: Exception) -> None:
    console.note(f"{type(error).__name__}: {error}")
