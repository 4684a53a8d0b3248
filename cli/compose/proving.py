"""A site's boxes, proved before they are given work."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from cli import boxes, clock
from cli.compose.opened import OpenSite
from cli.users import uid_of_ours
from job_runner.errors import PlatformError
from job_runner.executors import engine as engines
from job_runner.executors.contract import Executor
from job_runner.executors.engine import Engine
from job_runner.selftest import certificate
from job_runner.selftest.certificate import Certificate
from job_runner.selftest.trying import Ground, selftest
from job_runner.site.policy import ImagePolicy, SitePolicy

AGAIN = 300.0

SOON = 10.0
"""Seconds until boxes that couldn't be tried are tried again: an engine that is started
anew is away for less."""

BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Prover:
    """Tries the boxes of one engine, for one site.

    ``own``: an executor whose boxes are the selftest's alone, as it removes them all.
    """

    site: OpenSite
    engine: Engine
    own: Executor

    def certificate(self, *, anew: bool = False) -> Certificate:
        """What was found on this very ground, now or before. PlatformError: no image."""
        engine = {**asdict(self.engine), "says": _says_now(self.engine)}
        image = _image(self.site.policy)
        found = self.own.image_id(image.reference, image.layers)
        uid = uid_of_ours()
        boot = BOOT.read_text(encoding="ascii").strip()
        ground = certificate.fingerprint(engine, boot, found, uid)
        path = boxes.cache() / "selftest" / f"{ground[:16]}.json"
        with self._alone():
            kept = None if anew else certificate.kept(path, ground)
            if kept is not None and not kept.broken:
                return kept
            folder = self.site.folder.state / "selftest"
            tried = selftest(Ground(self.own, found, image.reference, folder, uid))
            made = Certificate(ground, clock.now(), tried)
            certificate.keep(path, made)
            return made

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One selftest of a site at a time: each sweeps away what an earlier one left."""
        with (self.site.folder.state / "selftest.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _says_now(engine: Engine) -> dict[str, object]:
    """What a daemon says of itself, which may have been started anew since, as another
    version or with other settings. Nothing where there is none to ask."""
    if not engine.url.startswith("unix://"):
        return {}
    now = engines.describe(engine.url, engines.default_home(os.environ))
    if now is None:
        raise PlatformError(
            "the container engine isn't answering",
            where=engine.url,
            remedy="Start it again; its boxes are proved anew by themselves.",
        )
    return asdict(now)


def _image(policy: SitePolicy) -> ImagePolicy:
    """The one that definitions are evaluated in: it has Python, and every site has it."""
    image = policy.image("cohort", "v1")
    if image is None:
        raise PlatformError(
            "its list of images has no 'cohort:v1', in which boxes are tried",
            where=policy.name,
            remedy="Add it to 'images' in site.yaml: strongroom images build names it.",
        )
    return image


@dataclass
class Guard:
    """Keeps a runner from new work for as long as its boxes don't hold.

    ``told``: what was found, for the operator, unless it is as before. ``again``: seconds
    until it looks again: boxes that held may no longer, on an engine that was changed or
    by a selftest that somebody ran since.
    """

    prove: Callable[[], Certificate]
    told: Callable[[Certificate | PlatformError], None]
    again: float = AGAIN
    _found: Certificate | PlatformError | None = None
    _left: threading.Event = field(default_factory=threading.Event)

    def refuses(self) -> bool:
        """Whether no new work may begin."""
        return not _holds(self._found)

    def look(self) -> bool:
        """Proves the boxes now; whether they hold. What can't be tried doesn't."""
        before = self._found
        try:
            self._found = self.prove()
        except PlatformError as error:
            self._found = error
        except OSError as error:
            self._found = _refused(error)
        if _news(before, self._found):
            self.told(self._found)
        return not self.refuses()

    def start(self, wake: Callable[[], None]) -> None:
        """Looks at once and again and again, in a thread of its own, until ``leave`` is
        called; wakes the runner when the boxes come to hold."""

        def looking() -> None:
            while not self._left.is_set():
                refused = self.refuses()
                if self.look() and refused:
                    wake()
                tried = isinstance(self._found, Certificate)
                self._left.wait(self.again if tried else min(SOON, self.again))

        threading.Thread(target=looking, daemon=True).start()

    def leave(self) -> None:
        """No more looking."""
        self._left.set()


def _refused(error: OSError) -> PlatformError:
    """A full disk, perhaps, on which nothing can be tried nor kept."""
    return PlatformError(
        f"the boxes couldn't be tried: {error.strerror or type(error).__name__}",
        where="selftest",
        remedy="See that the site's disk and the cache's are well; it is tried again.",
    )


Found = Certificate | PlatformError | None


def _holds(found: Found) -> bool:
    return isinstance(found, Certificate) and not found.broken


def _news(before: Found, found: Found) -> bool:
    """Not that boxes hold as before, nor that they can't be tried for the same reason."""
    if isinstance(before, PlatformError) and isinstance(found, PlatformError):
        return str(before) != str(found)
    return not (_holds(before) and _holds(found))
