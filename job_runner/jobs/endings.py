"""How a job ended: whose fault a failure is, and what the ledger says of the end."""

from __future__ import annotations

from collections.abc import Mapping

from cohort_dsl.errors import DefinitionError, NotServed, StrongroomError, WarehouseError
from job_runner.errors import OutputsRefused, ProjectError, RequestRefused
from job_runner.jobs.job import Failure, Job
from job_runner.workspaces.manifest import Manifest


def name(job: Job) -> dict[str, object]:
    """Which job an entry of the ledger is about."""
    return {"job": job.id, "request": job.request_id, "action": job.action}


def ending(job: Job, made: Manifest | None) -> dict[str, object]:
    """What the ledger says of a job that ended."""
    body: dict[str, object] = {"state": job.state.value}
    if job.failure is not None:
        body["failure"] = job.failure.value
    if made is not None:
        body |= {
            "commit": made.commit,
            "image": made.image,
            "query_sha256": made.query_sha256,
            "inputs": {i.path: i.sha256 for i in made.inputs},
            "outputs": {f.path: [f.level.value, f.sha256] for f in made.files},
        }
    return body


def failure_of(error: StrongroomError) -> Failure:
    """Whose fault it is. What nobody foresaw is the platform's."""
    if isinstance(error, OutputsRefused):
        return error.failure
    kinds: Mapping[type[StrongroomError], Failure] = {
        DefinitionError: Failure.DEFINITION_ERROR,
        NotServed: Failure.NOT_SERVED,
        WarehouseError: Failure.WAREHOUSE_ERROR,
        RequestRefused: Failure.NOT_ALLOWED,
        ProjectError: Failure.NOT_ALLOWED,
    }
    found = (failure for kind, failure in kinds.items() if isinstance(error, kind))
    return next(found, Failure.PLATFORM_ERROR)
