"""The images hold what their recipes say, and the box can use it."""

from __future__ import annotations

import docker
import pytest

pytestmark = pytest.mark.docker


def in_box(client: docker.DockerClient, image: str, code: str) -> str:
    """What Python prints, run as an action is: no network, read-only, nobody."""
    output: bytes = client.containers.run(
        image,
        ["python", "-W", "error", "-c", code],
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": "size=64m"},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        user="1234:1234",
        remove=True,
    )
    return output.decode()


def test_an_analysis_can_read_a_cohort_model_it_and_draw(docker_client, python_image):
    code = """
import io, pandas, pyarrow, numpy, scipy.stats, statsmodels.api, matplotlib.pyplot as plt
from lifelines import CoxPHFitter
from output_checker import claims
n = numpy.arange(200)
people = pandas.DataFrame({"time": 1.0 + n % 7, "seen": n % 3 > 0, "age": 20 + n % 50})
people.to_parquet("/tmp/cohort.parquet")
assert pandas.read_parquet("/tmp/cohort.parquet").equals(people)
fit = CoxPHFitter().fit(people, "time", "seen")
plt.plot(fit.params_)
plt.savefig("/tmp/figure.png")
print(len(fit.params_), pandas.__version__)
"""
    assert in_box(docker_client, python_image, code) == "1 2.3.3\n"


def test_nothing_is_compiled_again_in_an_action(docker_client, python_image):
    code = """
import sys, json, pandas, statsmodels.api, matplotlib.pyplot
from pathlib import Path
specs = [m.__spec__ for m in sys.modules.values() if getattr(m, "__spec__", None)]
files = [spec for spec in specs if str(spec.origin).endswith(".py")]
print(len(files) > 1000, [spec.origin for spec in files if not Path(spec.cached).exists()])
"""
    assert in_box(docker_client, python_image, code) == "True []\n"
