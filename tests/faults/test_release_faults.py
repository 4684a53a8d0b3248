"""A release is whole or isn't there, wherever the disk fails or the process dies."""

from dataclasses import dataclass

import pytest

from output_checker.errors import ReleaseRefused
from output_checker.release import Disk
from output_checker.review.request import Status
from output_checker.review.service import SITE
from tests.a_review import OLE, RAO, SUE, a_file, a_house, a_table


class Killed(BaseException):
    """The process is gone: nothing tidies up."""


@dataclass
class Failing(Disk):
    """A disk whose n-th step fails, or during which the process dies."""

    at: int
    error: BaseException
    steps: int = 0

    def _step(self):
        self.steps += 1
        if self.steps == self.at:
            raise self.error

    def make(self, folder):
        self._step()
        super().make(folder)

    def write(self, path, data):
        if self.steps + 1 == self.at:
            path.write_bytes(data[: len(data) // 2])
        self._step()
        super().write(path, data)

    def sync(self, folder):
        self._step()
        super().sync(folder)

    def rename(self, source, target):
        self._step()
        super().rename(source, target)


STEPS = 8
"""make, four files, sync, rename, sync"""


def visible(folder):
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith("."))


def test_a_release_takes_the_steps_that_are_failed_below(tmp_path):
    disk = Failing(0, OSError())
    with a_house(tmp_path, disk) as house:
        house.approve(house.submitted())
    assert disk.steps == STEPS


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Killed()])
@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_a_release_cut_off_at_any_step_is_whole_or_absent_and_ends_once(
    tmp_path, at, error
):
    disk = Failing(at, error)
    with a_house(tmp_path, disk) as house:
        request = house.approve(house.submitted(), RAO)
        if isinstance(error, Killed):
            with pytest.raises(Killed):
                house.approve(request, SUE)
        else:
            assert house.approve(request, SUE).status is Status.APPROVED
            assert house.kinds[-1] == "release.held"
        there = at == STEPS  # the folder was renamed; only the last sync failed
        assert visible(house.outbox.folder) == (["r1"] if there else [])
        assert house.store.get(request.id).status is Status.APPROVED

        (done,) = house.service.resume()
        assert done.status is Status.RELEASED
        assert [p.name for p in house.outbox.folder.iterdir()] == ["r1"]
        assert len(list(done.bundle.folder.iterdir())) == 4
        assert house.kinds.count("release.released") == 1
        assert house.service.resume() == ()


def test_an_operator_may_try_a_held_release_again(tmp_path):
    with a_house(tmp_path, Failing(3, OSError("gone"))) as house:
        request = house.approve(house.submitted())
        assert request.status is Status.APPROVED
        assert house.service.release(request.id, OLE).status is Status.RELEASED


def test_a_bundle_that_is_not_ours_is_never_written_over(tmp_path):
    with a_house(tmp_path) as house:
        request = house.approve(house.submitted(), RAO)
        planted = house.outbox.folder / request.id
        planted.mkdir()
        (planted / "other.txt").write_text("x")
        with pytest.raises(ReleaseRefused, match="another bundle"):
            house.approve(request, SUE)
        assert [p.name for p in planted.iterdir()] == ["other.txt"]
        assert house.store.get(request.id).status is Status.APPROVED


def test_what_has_left_is_not_sent_back_when_its_report_changes_later(tmp_path):
    with a_house(tmp_path, Failing(STEPS, Killed())) as house:
        with pytest.raises(Killed):
            house.approve(house.submitted())
        house.report(a_file(table=a_table((1, 2))))
        with pytest.raises(ReleaseRefused, match="another bundle"):
            house.service.resume()
        (request,) = house.service.list_for(SITE)
        assert request.status is Status.APPROVED
