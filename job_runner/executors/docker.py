"""Boxes as containers of a Docker engine. The engine's name for a run is its only state."""

from __future__ import annotations

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from docker import APIClient, DockerClient
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from job_runner.executors import box as boxes
from job_runner.executors import logs, refused, watched
from job_runner.executors.contract import KILLED, Box, Outcome
from job_runner.executors.watched import Reason, Watch

TERMINATED = 128 + signal.SIGTERM


def _uptime() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class DockerExecutor:
    """Runs boxes for ``site`` in the engine behind ``client``; many threads may share it.

    ``monotonic`` counts seconds and never steps; ``uptime`` is the machine's. The engine
    must run on this machine: the disk limit is measured in the host's folder.
    """

    name = "docker"

    def __init__(
        self,
        client: DockerClient,
        site: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        uptime: Callable[[], float] = _uptime,
    ) -> None:
        self._api: APIClient = client.api
        self._site = site
        self._monotonic, self._uptime = monotonic, uptime
        self._why_killed: dict[str, Reason] = {}
        self._began: dict[str, float] = {}

    def image_id(self, reference: str, layers: tuple[str, ...]) -> str:
        """The id of the image of that name, if it has those layers and no volumes."""
        refused.check_name(reference)
        with _told("look for an image"):
            try:
                image = self._api.inspect_image(reference)  # type: ignore[no-untyped-call]
            except ImageNotFound:
                raise refused.absent(reference) from None
        refused.check_approved(reference, image, layers)
        return str(image["Id"])

    def start(self, run_id: str, box: Box) -> None:
        """Create and start, or find created and start, or find started and do nothing."""
        name = self._name(run_id)
        with _told("start a box"):
            try:
                self._api.create_container_from_config(  # type: ignore[no-untyped-call]
                    boxes.docker_settings(run_id, self._site, box), name
                )
            except APIError as error:
                if error.status_code != 409:
                    raise
                if self._state(run_id)["Status"] != "created":
                    return
            self._api.start(name)
            self._began[run_id] = self._monotonic()

    def wait(self, run_id: str) -> Outcome:
        """Blocks; see the contract. Ends a box that has used up its time or its disk."""
        with _told("wait for a box"):
            found = self._inspect(run_id)
            if found["State"]["Status"] == "created":
                raise refused.box(run_id, "was never started")
            watch = Watch.over(found, self._monotonic)
            if run_id in self._began:
                watch.began = self._began[run_id]
            elif found["State"]["Running"]:
                watch.began -= self._age(found["State"])
            ended: SimpleQueue[Exception | None] = SimpleQueue()
            waiting = (run_id, ended)
            threading.Thread(target=self._until_it_ends, args=waiting, daemon=True).start()
            while not _happened(ended, watch.pause()):
                reason = watch.reason_to_end()
                if reason:
                    self._why_killed.setdefault(run_id, reason)
                    self._kill(run_id)
            return self._outcome(run_id, watch)

    def stop(self, run_id: str) -> None:
        with _told("stop a box"):
            self._kill(run_id)

    def logs(self, run_id: str, limit: int = 1024**2) -> bytes:
        """Past 64 MB of output the head is the oldest part that the engine still keeps."""
        with _told("read a box's log"):
            try:
                chunks = self._api.logs(
                    self._name(run_id), stdout=True, stderr=True, stream=True, follow=False
                )
            except NotFound:
                raise refused.box(run_id, "isn't there") from None
            return logs.shown(chunks, limit)

    def remove(self, run_id: str) -> None:
        with _told("remove a box"):
            try:
                self._api.remove_container(self._name(run_id), force=True, v=True)
            except NotFound:
                pass
            except APIError as error:
                if error.status_code != 409:  # 409: somebody is removing it already
                    raise
            self._why_killed.pop(run_id, None)
            self._began.pop(run_id, None)

    def run_ids(self) -> list[str]:
        with _told("list the boxes"):
            mine = self._api.containers(
                all=True, filters={"label": f"{boxes.SITE_LABEL}={self._site}"}
            )
        return sorted(found["Labels"][boxes.RUN_LABEL] for found in mine)

    def _name(self, run_id: str) -> str:
        return boxes.container_name(run_id, self._site)

    def _inspect(self, run_id: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._api.inspect_container(self._name(run_id))
        except NotFound:
            raise refused.box(run_id, "isn't there") from None
        return found

    def _state(self, run_id: str) -> dict[str, Any]:
        state: dict[str, Any] = self._inspect(run_id)["State"]
        return state

    def _age(self, state: dict[str, Any]) -> float:
        """Seconds since the box started, both by the engine's clock; never negative."""
        return watched.age(state, now=self._api.info()["SystemTime"])

    def _until_it_ends(self, run_id: str, ended: SimpleQueue[Exception | None]) -> None:
        """One request that the engine answers when the box's last process is dead."""
        try:
            self._api.wait(self._name(run_id), timeout=None)
            ended.put(None)
        except (DockerException, RequestException, HTTPError, OSError) as error:
            ended.put(error)

    def _outcome(self, run_id: str, watch: Watch) -> Outcome:
        """From the engine's record, and from our own of whom we killed and why.

        A runner that was restarted since has no such record, and works it out.
        """
        state = self._inspect(run_id)["State"]
        code = KILLED if self._went_down(state) else int(state["ExitCode"])
        if state["OOMKilled"] or self._says_out_of_memory(run_id):
            # Any process of the box, whatever the command made of it.
            return Outcome(code, out_of_memory=True)
        if watch.disk_is_full():
            return Outcome(code, disk_full=True)
        why = self._why_killed.get(run_id)
        if why is None and code == KILLED and watched.lasted(state) >= watch.wall_clock:
            why = Reason.TIME
        return Outcome(code, timed_out=why is Reason.TIME, disk_full=why is Reason.DISK)

    def _says_out_of_memory(self, run_id: str) -> bool:
        """By the box's last lines; see ``box.WRAPPED``."""
        end: bytes = self._api.logs(self._name(run_id), stdout=False, stderr=True, tail=5)
        return boxes.OUT_OF_MEMORY.encode() in end.splitlines()

    def _went_down(self, state: dict[str, Any]) -> bool:
        """Whether the engine or the machine did, and took the box along.

        An engine that stops in order sends SIGTERM, which nobody else does. After a crash
        of the machine, it says 255 for a box that was running.
        """
        code = int(state["ExitCode"])
        return code == TERMINATED or (code == 255 and self._age(state) > self._uptime())

    def _kill(self, run_id: str) -> None:
        try:
            self._api.kill(self._name(run_id), "SIGKILL")
        except NotFound:
            return
        except APIError as error:
            if error.status_code != 409:  # 409: not running
                raise


def _happened(ended: SimpleQueue[Exception | None], timeout: float) -> bool:
    """Whether it did within so many seconds; raises what went wrong instead."""
    try:
        error = ended.get(timeout=timeout)
    except Empty:
        return False
    if error is not None:
        raise error
    return True


@contextmanager
def _told(doing: str) -> Iterator[None]:
    """Whatever the engine or the way to it does wrong, as the platform's failure."""
    try:
        yield
    except APIError as error:
        said = re.sub(r"[^ -~]", " ", str(error.explanation or error))[:300]
        raise refused.engine(f"asked to {doing}, it said: {said}") from None
    except (DockerException, RequestException, HTTPError, OSError) as error:
        away = f"asked to {doing}, it isn't answering ({type(error).__name__})"
        raise refused.engine(away) from None
