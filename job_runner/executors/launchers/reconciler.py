"""Containers of Slurm jobs that are over: found by their label, and removed.

For nodes where the epilog didn't run, as the node went down, or nobody installed it.
``strongroom engine reconcile`` runs it on a node.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from job_runner.executors.engines import containers
from job_runner.executors.engines.containers import SLURM_LABEL, Client
from job_runner.executors.launchers.slurm import Slurm


def orphans(containers: Mapping[str, str], living: frozenset[str]) -> tuple[str, ...]:
    """Those whose job has ended. ``containers``: a container's name, and its job."""
    return tuple(name for name, job in sorted(containers.items()) if job not in living)


@dataclass(frozen=True)
class Reconciler:
    """Of one engine on this node. PlatformError where it or Slurm is silent: then nothing
    is known to be over, and nothing is removed."""

    client: Client
    slurm: Slurm

    def run(self) -> tuple[str, ...]:
        """What it removed. Asks for containers first: a job that begins meanwhile lives."""
        found = self._containers()
        left = orphans(found, self.slurm.living()) if found else ()
        for name in left:
            self.client.ask("rm", "--force", "--volumes", name)
        return left

    def _containers(self) -> dict[str, str]:
        shape = f'{{{{.Names}}}}\t{{{{.Label "{SLURM_LABEL}"}}}}'
        words = ("ps", "--all", "--filter", f"label={SLURM_LABEL}", "--format", shape)
        done = self.client.ask(*words)
        if done.returncode != 0:
            raise containers.not_answering("docker", containers.last_words(done.stderr))
        return dict(line.split("\t") for line in done.stdout.splitlines() if line)
