"""What a site serves: requests, reviews, the public record."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from pathlib import Path

import click

from cli import clock, console
from cli.quiet_logs import KindAndPlace
from cli.site_folder import existing, folder_argument, log_option
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
@log_option
def serve(site_folder: Path, host: str, port: int, behind_tls: bool, log_form: str) -> None:
    """Serve SITE: requests, status, review pages and the public record.

    The runner is a process of its own (strongroom runner): the server sees no record and
    starts no container. Stops cleanly on Ctrl-C or SIGTERM. For operators there are
    /health, /metrics for Prometheus, and /openapi.json.
    """
    import uvicorn

    from cli.compose import logging_to, serving
    from cli.compose.opened import opened
    from cli.compose.tracing import tracing
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
        site.store.listening(changes.tell),
        tracing("strongroom-serve", os.environ) as spanned,
    ):
        url = f"http://{host}:{listener.getsockname()[1]}"
        site.store.on_change(site.wake_runner)
        site.store.on_change(changes.tell)
        log = logging_to.standard_error() if log_form == "json" else None
        app = serving.application(site, changes, https=behind_tls, log=log, spanned=spanned)
        config = uvicorn.Config(
            app,
            log_level="warning",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,  # a long poll may be open
        )
        logging.getLogger("uvicorn.error").addFilter(
            logging_to.Instead(log) if log else KindAndPlace()
        )
        serving.announce(sign, url, clock.now())
        if log:
            logging_to.serving(log, site, url)
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
