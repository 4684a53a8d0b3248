"""Who is counted is put down before a bundle appears, wherever the process dies."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from output_checker import report_json
from output_checker.differencing.leaving import Leaving
from output_checker.differencing.memory import Memory, Past
from output_checker.errors import NotRemembered, ReportChanged
from output_checker.release import Disk
from output_checker.report import Report
from output_checker.review.request import Because, Context, Decision, Run, Status
from tests.a_cohort import EXACT, people
from tests.a_past import SECRET, TABLE, Institute, differences
from tests.a_review import ANA, RAO, SUE, a_house

FRAME = people({("f", 17): 4, ("f", 30): 40, ("m", 30): 50}, "sex", "age")
ADULTS = [("age", ">=", 18)]


class Killed(BaseException):
    """The process is gone: nothing tidies up."""


@dataclass
class Dying(Disk):
    """The process dies before the bundle's first file, once."""

    times: int = 1

    def make(self, folder):
        if self.times:
            self.times -= 1
            raise Killed
        super().make(folder)


@dataclass
class Site:
    """A house whose outbox remembers, and the checks of its jobs."""

    house: object
    memory: Memory
    jobs: int = 0

    @property
    def past(self):
        left, leaving = (
            tuple(r.id for r in self.house.store.in_status(status))
            for status in (Status.RELEASED, Status.APPROVED)
        )
        return Past(self.memory, left, leaving)

    def run(self, **table):
        """A job that was checked, as a run that may be asked for."""
        self.jobs += 1
        job = f"j{self.jobs}"
        site = Institute(self.house.folder / f"of {job}")
        site.folder.mkdir()
        desk = site.desk(FRAME)
        desk.crosstab(rows="sex", **table)
        report = desk.report(EXACT, job_id=job, past=self.past)
        path = self.house.folder / f"{job}.json"
        file = report[TABLE]
        path.write_bytes(report_json.dumps(Report(job, "c" * 64, (file,))))
        self.house.runs[job] = Run(
            job,
            "asthma",
            ANA.name,
            "https://git.example/a",
            "d" * 40,
            (),
            (path,),
            (TABLE,),
        )
        return job, file

    def submitted(self, job):
        context = Context("A table", "For a paper.")
        return self.house.service.submit(job, None, context, ANA).request


@pytest.fixture
def site(tmp_path):
    with a_house(tmp_path) as house:
        found = Site(house, Memory(tmp_path / "counted", SECRET))
        house.put_down = Leaving(found.memory, lambda: found.past).put_down
        yield found


def test_a_death_between_the_two_is_mended_at_the_next_start(site):
    job, _ = site.run(where=ADULTS)
    request = site.house.approve(site.submitted(job), RAO)
    site.house.disk = Dying()
    with pytest.raises(Killed):
        site.house.approve(request, SUE)
    assert site.memory.has(request.id)
    assert list(site.house.outbox.folder.glob("[!.]*")) == []
    _, meanwhile = site.run()
    assert differences(meanwhile)  # it may be on its way
    (done,) = site.house.service.resume()
    assert done.status is Status.RELEASED
    assert site.past.left == (request.id,)
    assert len(site.memory.released(site.past.left)) == 1


def test_what_was_put_down_and_then_sent_back_counts_for_nothing(site):
    job, _ = site.run(where=ADULTS)
    request = site.house.approve(site.submitted(job), RAO)
    site.house.disk = Dying()
    with pytest.raises(Killed):
        site.house.approve(request, SUE)
    (site.house.folder / f"{job}.json").unlink()
    (back,) = site.house.service.resume()
    assert back.status is Status.RETURNED
    assert differences(site.run()[1]) == []


@pytest.mark.parametrize("end", ["withdrawn", "returned"])
def test_a_request_that_never_left_counts_for_nothing(site, end):
    job, _ = site.run(where=ADULTS)
    request = site.submitted(job)
    if end == "withdrawn":
        site.house.service.withdraw(request.id, ANA)
    else:
        for person in (RAO, SUE):
            site.house.service.vote(
                request.id, Decision.RETURN, person, reason="no", because=Because.UNCLEAR
            )
    assert differences(site.run()[1]) == []


def test_what_left_since_the_check_sends_a_request_back(site):
    """Both were checked before either left, so neither report knows of the other."""
    one, other = site.run(where=ADULTS), site.run()
    assert differences(one[1]) == differences(other[1]) == []
    first, second = site.submitted(one[0]), site.submitted(other[0])
    assert site.house.approve(first).status is Status.RELEASED
    assert site.house.approve(second).status is Status.RETURNED
    assert not site.memory.has(second.id)


def test_what_two_reviewers_saw_and_let_pass_leaves(site):
    first, _ = site.run(where=ADULTS)
    site.house.approve(site.submitted(first))
    second, file = site.run()
    assert differences(file)
    assert site.house.approve(site.submitted(second)).status is Status.RELEASED


def test_two_jobs_of_one_request_that_tell_of_few_together_are_sent_back(tmp_path):
    """Each was checked alone."""
    site = Institute(tmp_path)
    site.checked(FRAME, rows="sex", where=ADULTS)
    site.checked(FRAME, rows="sex")
    with pytest.raises(ReportChanged, match="another action"):
        site.leaves("job1", "job2")
    assert site.leaves("job1") == "r1"


def test_a_release_waits_while_nobody_can_say_who_left_before(site):
    first, _ = site.run(where=ADULTS)
    site.house.approve(site.submitted(first))
    second, _ = site.run()
    request = site.submitted(second)
    for path in (site.memory.folder / "people").iterdir():
        path.write_bytes(b"")
    assert site.house.approve(request).status is Status.APPROVED
    assert site.house.kinds[-1] == "release.held"


def test_an_output_that_was_never_put_down_does_not_leave(tmp_path):
    site = Institute(tmp_path)
    site.checked(FRAME, rows="sex")
    leaving = Leaving(site.memory, lambda: site.past)
    with pytest.raises(NotRemembered):
        leaving.put_down("r1", [("job1", "output/other.csv")])
    with pytest.raises(NotRemembered):
        leaving.put_down("r1", [("job9", TABLE)])
