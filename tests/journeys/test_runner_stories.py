"""Whole stories of a site's runner, on boxes that are fakes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from cohort_dsl.errors import LoginRefused, NotServed, WarehouseAway, WarehouseError
from job_runner.errors import PlatformError
from job_runner.executors.contract import Outcome
from job_runner.jobs.job import State
from tests.a_site import FakeSource, Inside, Site, a_policy, an_engine, describe, until
from tests.a_study import a_commit


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_request_goes_from_definition_to_published_outputs(site):
    request = site.submit("run_all")
    site.run()
    assert set(site.states(request).values()) == {"succeeded"}
    cohort = site.outputs()["output/cohort.parquet"]
    assert site.outputs() == {
        "output/cohort.parquet": cohort,
        "output/table.csv": f"size\n{len(cohort)}\n",
        "output/counts/a.csv": f"size\n{len(cohort)}\n",
        "output/counts/b.csv": f"size\n{len(cohort)}\n",
    }
    assert site.left_over() == []
    assert site.troubles == []


def test_outputs_are_checked_once_after_they_are_published(site):
    site.submit("run_all")
    site.run()
    assert site.checked == ["extract", "describe", "count"]


def test_manifests_tell_what_was_made_from_what(site):
    site.submit("run_all")
    site.run()
    made = site.workspace.manifests()
    assert made["extract"].commit == site.head
    assert made["extract"].query_sha256 in site.outputs()["output/cohort.parquet"]
    assert [i.path for i in made["describe"].inputs] == ["output/cohort.parquet"]
    assert made["describe"].inputs[0].sha256 == made["extract"].files[0].sha256
    assert made["describe"].command == ("python", "analysis/describe.py")


def test_the_record_has_the_request_the_query_and_every_end(site):
    request = site.submit("describe")
    site.run()
    kinds = [kind for kind, _ in site.record]
    assert kinds == ["request", "query", "job", "job"]
    assert site.record[0][1]["who"] == "ana"
    query = site.record[1][1]
    assert '"format"' in query["query"] or "{" in query["query"]
    assert query["request"] == request.id
    assert site.ends() == [("extract", "succeeded"), ("describe", "succeeded")]
    outputs = site.record[3][1]["outputs"]
    assert outputs["output/table.csv"][0] == "moderately_sensitive"


def test_logs_are_kept_on_the_secure_side(site):
    site.submit("describe")
    site.run()
    assert site.workspace.log_path("describe").read_bytes() == b"describing\n"


def test_only_what_is_asked_for_and_needed_is_run(site):
    request = site.submit("describe")
    site.run()
    assert list(site.states(request)) == ["extract", "describe"]


def test_what_is_needed_and_up_to_date_is_not_run_again(site):
    site.submit("describe")
    site.run()
    again = site.submit("describe")
    site.run()
    assert site.states(again) == {"extract": "succeeded", "describe": "succeeded"}
    assert site.engine.starts == ["r1-0001", "r1-0002", "r2-0002"]
    assert len(site.source.asked) == 1


def test_a_new_commit_makes_everything_run_again(site):
    site.submit("describe")
    site.run()
    a_commit(site.origin, {"analysis/describe.py": "# changed\n"})
    site.submit("describe")
    site.run()
    assert len(site.engine.starts) == 4


def fails(outcome: int | Outcome):
    return lambda inside: outcome


ENDS = [
    (Outcome(1), "nonzero_exit"),
    (Outcome(137, out_of_memory=True), "out_of_memory"),
    (Outcome(137, timed_out=True), "timeout"),
    (Outcome(1, disk_full=True), "disk_full"),
    (Outcome(0), "unmatched_outputs"),
    (Outcome(137), "platform_error"),
]


@pytest.mark.parametrize(("outcome", "failure"), ENDS)
def test_an_analysis_fails_for_one_reason_and_what_needs_it_with_it(
    tmp_path, outcome, failure
):
    site = Site(tmp_path, an_engine(describe=fails(outcome)))
    request = site.submit("run_all")
    site.run()
    assert site.states(request) == {
        "extract": "succeeded",
        "describe": failure,
        "count": "dependency_failed",
    }
    assert list(site.outputs()) == ["output/cohort.parquet"]
    assert site.left_over() == []


def test_an_output_that_is_a_link_is_refused(tmp_path):
    def links(inside: Inside) -> int:
        inside.write("output/other.csv", b"")
        inside.path("output/table.csv").symlink_to("/etc/passwd")
        return 0

    site = Site(tmp_path, an_engine(describe=links))
    request = site.submit("describe")
    site.run()
    assert site.states(request)["describe"] == "refused_outputs"
    assert "output/table.csv" in site.workspace.log_path("describe").read_text()


def test_the_authors_log_says_which_outputs_are_missing_and_what_was_there(tmp_path):
    def misspelt(inside: Inside) -> int:
        inside.write("output/tabel.csv", b"")
        return 0

    site = Site(tmp_path, an_engine(describe=misspelt))
    site.submit("describe")
    site.run()
    log = site.workspace.log_path("describe").read_text()
    assert "output/table.csv" in log
    assert "output/tabel.csv" in log


def test_the_users_failures_are_not_tried_again(tmp_path):
    site = Site(tmp_path, an_engine(describe=fails(1)))
    site.submit("describe")
    site.run()
    assert site.engine.starts.count("r1-0002") == 1


def test_the_platforms_failures_are_tried_again_up_to_a_limit(tmp_path):
    site = Site(tmp_path, an_engine(describe=fails(137)))
    request = site.submit("describe")
    site.run()
    assert site.states(request)["describe"] == "platform_error"
    assert site.engine.starts.count("r1-0002") == 3
    assert site.ends() == [("extract", "succeeded"), ("describe", "failed")]


def test_a_platform_that_recovers_gives_a_success(tmp_path):
    outcomes = [137, 137]

    def flaky(inside: Inside) -> int:
        return outcomes.pop() if outcomes else describe(inside)

    site = Site(tmp_path, an_engine(describe=flaky))
    request = site.submit("describe")
    site.run()
    assert site.states(request)["describe"] == "succeeded"
    assert site.store.jobs(request.id)[1].attempts == 3


def test_a_definitions_mistake_ends_the_extraction_and_never_meets_the_data(site):
    wrong = "from cohort_dsl import create_dataset\ncreate_dataset().x = 1\n"
    a_commit(site.origin, {"analysis/dataset.py": wrong})
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "definition_error"}
    assert site.source.asked == []
    assert "analysis/dataset.py" in site.workspace.log_path("extract").read_text()


CLAIMS = """\
from cohort_dsl import claim_permissions, create_dataset
from cohort_dsl.tables.contract import patients
claim_permissions("event_level_data")
dataset = create_dataset()
dataset.define_population(patients.sex == "female")
"""


def test_a_permission_that_the_site_has_not_granted_never_meets_the_data(site):
    a_commit(site.origin, {"analysis/dataset.py": CLAIMS})
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "not_allowed"}
    assert site.source.asked == []
    log = site.workspace.log_path("extract").read_text()
    assert "permissions that the study doesn't have here: event_level_data" in log


def test_a_permission_that_the_site_has_granted_may_be_claimed(site):
    a_commit(site.origin, {"analysis/dataset.py": CLAIMS})
    project = site.policy.projects["asthma"]
    object.__setattr__(project, "permissions", frozenset({"event_level_data"}))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "succeeded"}


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome(137, timed_out=True), "took more than 120 s"),
        (Outcome(137, out_of_memory=True), "of memory"),
        (Outcome(1, disk_full=True), "wrote files"),
        (Outcome(5), "exit code 5"),
    ],
)
def test_however_a_definition_ends_it_is_the_authors(tmp_path, outcome, told):
    site = Site(tmp_path, an_engine(evaluate=fails(outcome)))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "definition_error"}
    assert told in site.workspace.log_path("extract").read_text()


def test_an_image_without_python_is_the_platforms_fault(tmp_path):
    site = Site(tmp_path, an_engine(evaluate=fails(127)))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "platform_error"}


def writes(data: bytes):
    def program(inside: Inside) -> int:
        inside.write("/result/query.json", data)
        return 0

    return program


def links_to_secrets(inside: Inside) -> int:
    inside.path("/result/query.json").symlink_to("/etc/passwd")
    return 0


def leaves_a_folder(inside: Inside) -> int:
    inside.path("/result/query.json").mkdir()
    return 0


@pytest.mark.parametrize(
    "program",
    [
        fails(0),
        writes(b""),
        writes(b"\x80\x04pickle"),
        writes(b'{"format": "query", "version": 99}'),
        writes(b" " * (16 * 1024**2 + 1)),
        links_to_secrets,
        leaves_a_folder,
    ],
)
def test_only_a_query_by_the_schema_is_taken_from_a_definitions_box(tmp_path, program):
    site = Site(tmp_path, an_engine(evaluate=program))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "definition_error"}
    assert site.source.asked == []


def no_warehouse() -> WarehouseError:
    return WarehouseError("it isn't there", where="warehouse", remedy="wait")


def test_a_warehouse_that_comes_back_is_asked_again(tmp_path):
    site = Site(tmp_path, source=FakeSource(breaks=[no_warehouse()]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "succeeded"}
    assert len(site.source.asked) == 2
    assert site.engine.starts == ["r1-0001"]


def test_a_warehouse_that_stays_away_fails_the_job_in_the_end(tmp_path):
    site = Site(tmp_path, source=FakeSource(breaks=[no_warehouse() for _ in range(99)]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "warehouse_error"}
    assert len(site.source.asked) == 4
    assert site.engine.starts == ["r1-0001"]


def away() -> WarehouseAway:
    return WarehouseAway("the connection was lost", where="warehouse", remedy="wait")


def test_a_warehouse_that_goes_away_is_waited_for_as_the_platform_is(tmp_path):
    """Four times each time that the job is begun: 99 would be too long."""
    site = Site(tmp_path, source=FakeSource(breaks=[away() for _ in range(6)]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "succeeded"}
    assert len(site.source.asked) == 7
    assert site.engine.starts == ["r1-0001", "r1-0001"]
    assert "waiting" in [told.job.state.value for told in site.told]


def test_a_warehouse_that_never_comes_back_fails_the_job_in_the_end(tmp_path):
    site = Site(tmp_path, source=FakeSource(breaks=[away() for _ in range(99)]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "warehouse_error"}
    assert len(site.source.asked) == 12


def test_a_warehouse_that_does_not_let_us_in_is_asked_once(tmp_path):
    """Three wrong passwords lock an account at many a site."""
    refused = LoginRefused("the password is wrong", where="warehouse", remedy="correct it")
    site = Site(tmp_path, source=FakeSource(breaks=[refused]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "warehouse_error"}
    assert len(site.source.asked) == 1
    assert "the password is wrong" in site.workspace.log_path("extract").read_text()


def test_what_a_site_has_nothing_of_is_asked_once_and_told_by_a_word_of_its_own(tmp_path):
    """That it hasn't is for everybody to know; what it has is in its log only."""
    refused = NotServed("diagnoses.code has none", where="codes", remedy="ask others")
    site = Site(tmp_path, source=FakeSource(breaks=[refused]))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "not_served"}
    assert len(site.source.asked) == 1
    assert "diagnoses.code has none" in site.workspace.log_path("extract").read_text()


def test_a_mistake_of_our_own_is_the_platforms_and_its_text_stays_out_of_logs(tmp_path):
    broken = [RuntimeError("patient 1234567") for _ in range(9)]
    site = Site(tmp_path, source=FakeSource(breaks=list(broken)))
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "platform_error"}
    log = site.workspace.log_path("extract").read_text()
    assert "RuntimeError" in log
    assert "1234567" not in log


@pytest.mark.parametrize("trouble", [OSError(28, "No space left"), no_warehouse()])
def test_a_check_that_breaks_is_made_again_without_running_the_action_again(
    tmp_path, trouble
):
    """Its outputs are published: a second run would only repeat what is done."""
    site, broken = Site(tmp_path), [trouble]

    def check(job):
        if broken:
            raise broken.pop()

    site.check = check
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "succeeded"}
    assert site.engine.starts == ["r1-0001"]
    assert len(site.source.asked) == 1


def test_a_check_that_stays_broken_fails_its_job(tmp_path):
    def check(job):
        raise OSError(5, "Input/output error")

    site = Site(tmp_path, check=check)
    request = site.submit("extract")
    site.run()
    assert site.states(request) == {"extract": "platform_error"}
    assert "Input/output error" in site.workspace.log_path("extract").read_text()


def test_a_job_that_waits_is_cancelled_without_starting(tmp_path):
    site = Site(tmp_path)
    request = site.submit("run_all")
    site.store.ask_cancel(request.id, at=request.submitted_at)
    site.run()
    assert set(site.states(request).values()) == {"cancelled"}
    assert site.engine.starts == []


def test_a_running_job_is_killed_when_it_is_cancelled(tmp_path):
    running = threading.Event()

    def for_ever(inside: Inside) -> int:
        running.set()
        inside.killed.wait()
        return 0

    site = Site(tmp_path, an_engine(describe=for_ever))
    request = site.submit("run_all")
    thread = site.serve()
    assert running.wait(60)
    site.store.ask_cancel(request.id, at=request.submitted_at)
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.states(request) == {
        "extract": "succeeded",
        "describe": "cancelled",
        "count": "cancelled",
    }
    assert list(site.outputs()) == ["output/cohort.parquet"]
    assert site.left_over() == []


def test_a_policy_that_changed_since_refuses_what_was_accepted(site):
    request = site.submit("describe")
    other = site.policy.projects["asthma"]
    object.__setattr__(other, "actions", ("extract",))
    site.run()
    assert site.states(request) == {"extract": "succeeded", "describe": "not_allowed"}


def test_an_engine_that_goes_away_costs_no_job_and_no_second_run(tmp_path):
    def pulls_the_plug(inside: Inside) -> int:
        site.engine.answering = False
        return describe(inside)

    site = Site(tmp_path, an_engine(describe=pulls_the_plug))
    request = site.submit("describe")
    thread = site.serve()
    until(lambda: bool(site.troubles))
    site.engine.answering = True
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert set(site.states(request).values()) == {"succeeded"}
    assert site.engine.starts == ["r1-0001", "r1-0002"]


def test_a_cancel_is_carried_out_once_the_engine_is_back(tmp_path):
    running = threading.Event()

    def for_ever(inside: Inside) -> int:
        running.set()
        inside.killed.wait()
        return 0

    site = Site(tmp_path, an_engine(describe=for_ever))
    request = site.submit("describe")
    thread = site.serve()
    assert running.wait(60)
    site.engine.answering = False
    site.store.ask_cancel(request.id, at=request.submitted_at)
    until(lambda: len(site.troubles) > 1)
    site.engine.answering = True
    until(lambda: not site.store.active_jobs())
    site.runner.stop()
    thread.join(60)
    assert site.states(request)["describe"] == "cancelled"


def test_a_runner_does_not_start_without_an_engine(site):
    site.engine.answering = False
    with pytest.raises(PlatformError):
        site.runner.run()


def test_at_home_an_engine_that_is_away_is_an_error_at_once(tmp_path):
    site = Site(tmp_path)
    site.submit("describe")
    site.engine.answering = False
    with pytest.raises(PlatformError):
        site.run()


@pytest.mark.parametrize(("old", "new"), [("asthma:", "heart:"), ("/origin", "/another")])
def test_a_project_that_policy_no_longer_has_is_not_run(site, old, new):
    request = site.submit("extract")
    site.policy = a_policy(site.root, str(site.origin), **{old: new})
    site.runner = site.a_runner()
    site.run()
    assert site.states(request) == {"extract": "not_allowed"}
    assert site.engine.starts == []


def test_two_projects_jobs_run_side_by_side(tmp_path):
    """As many as there are workers, and no more."""
    together = threading.Barrier(2)

    def meets(inside: Inside) -> int:
        together.wait(60)
        return describe(inside)

    site = Site(tmp_path, an_engine(describe=meets))
    more = (
        "  other:\n    run: python:v1 python analysis/describe.py\n    needs: [extract]\n"
    )
    more += "    outputs:\n      moderately_sensitive:\n        t: output/table*.txt\n"
    project = (site.origin / "project.yaml").read_text()
    a_commit(site.origin, {"project.yaml": project + more})
    request = site.submit("describe", "other")
    site.run()
    assert site.states(request)["describe"] == "succeeded"
    assert site.states(request)["other"] == "unmatched_outputs"


def test_a_stopped_runner_leaves_its_box_and_the_next_one_adopts_it(tmp_path):
    running, go_on = threading.Event(), threading.Event()

    def slow(inside: Inside) -> int:
        running.set()
        go_on.wait(60)
        return describe(inside)

    site = Site(tmp_path, an_engine(describe=slow))
    request = site.submit("describe")
    thread = site.serve()
    assert running.wait(60)
    site.runner.stop()
    thread.join(60)
    assert not thread.is_alive()
    assert site.store.jobs(request.id)[1].state is State.EXECUTING

    after = Site(tmp_path, site.engine)
    go_on.set()
    after.run()
    assert set(after.states(request).values()) == {"succeeded"}
    assert site.engine.starts == ["r1-0001", "r1-0002"]
    assert after.left_over() == []


def test_what_no_job_needs_any_more_is_taken_away_at_the_start(site):
    (site.runs / "r0-0001").mkdir(parents=True)
    (site.runs / "r0-0001" / "file").write_text("x")
    site.run()
    assert site.left_over() == []
