"""The images hold what their recipes say, work in the box, and are never made twice."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pandas as pd
import pytest
from docker.errors import ContainerError, ImageNotFound

from job_runner import images
from job_runner.errors import PlatformError
from job_runner.images import lock
from job_runner.images.recipes import Sources
from output_checker import claims

# One worker: these tests build, replace and drop images of the same names.
pytestmark = [pytest.mark.docker, pytest.mark.xdist_group("images")]


def in_box(client: docker.DockerClient, image: str, *command: str, **mounted: Any) -> str:
    """What a command prints, run as an action is: no network, read-only, nobody."""
    output: bytes = client.containers.run(
        image,
        list(command),
        network_mode="none",
        read_only=True,
        tmpfs={"/tmp": "size=64m"},
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        user="1234:1234",
        remove=True,
        **mounted,
    )
    return output.decode()


def python(code: str) -> tuple[str, ...]:
    return "python", "-W", "error", "-c", code


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
    assert in_box(docker_client, python_image, *python(code)) == "1 2.3.3\n"


def test_nothing_is_compiled_again_in_an_action(docker_client, python_image):
    code = """
import sys, json, pandas, statsmodels.api, matplotlib.pyplot
from pathlib import Path
specs = [m.__spec__ for m in sys.modules.values() if getattr(m, "__spec__", None)]
files = [spec for spec in specs if str(spec.origin).endswith(".py")]
print(len(files) > 1000, [spec.origin for spec in files if not Path(spec.cached).exists()])
"""
    assert in_box(docker_client, python_image, *python(code)) == "True []\n"


IN_R = """\
library(data.table); library(survival); library(jsonlite)
source("claims.R", encoding = "UTF-8")
people <- fread("people.csv")
claims$crosstab(people, rows = "sex", path = "output/by_sex.csv")
fit <- coxph(Surv(time, seen) ~ age, people)
png("/tmp/figure.png"); plot(survfit(fit)); closed <- dev.off()
writeLines(paste(length(coef(fit)), file.exists("/tmp/figure.png")))
"""


def test_an_analysis_in_r_models_draws_and_claims_as_python_does(
    docker_client, r_image, tmp_path
):
    number = range(60)
    people = pd.DataFrame(
        {
            "patient_id": number,
            "sex": ["female" if n % 3 else "male" for n in number],
            "age": [20 + n % 50 for n in number],
            "time": [1 + n % 7 for n in number],
            "seen": [n % 2 for n in number],
        }
    )
    shutil.copy(Path(claims.__file__).with_name("claims.R"), tmp_path)
    (tmp_path / "analysis.R").write_text(IN_R)
    (tmp_path / "output").mkdir()
    tmp_path.chmod(0o755)
    (tmp_path / "output").chmod(0o777)
    people.to_parquet(tmp_path / "output/dataset.parquet")
    people.to_csv(tmp_path / "people.csv", index=False)
    mounted = {"volumes": [f"{tmp_path}:/workspace"], "working_dir": "/workspace"}
    assert in_box(docker_client, r_image, "Rscript", "analysis.R", **mounted) == "1 TRUE\n"
    claims.crosstab(people, rows="sex", path="python/by_sex.csv", folder=tmp_path)
    r, python = (
        json.loads((tmp_path / folder / "by_sex.claim.json").read_text())
        for folder in ("output", "python")
    )
    assert r["cells"] == python["cells"] != []


DEFINITION = """
from cohort_dsl import create_dataset
from cohort_dsl.tables.core import patients
dataset = create_dataset()
dataset.define_population(patients.exists_for_patient())
dataset.sex = patients.sex
"""
EVALUATE = (
    f"printf '%s' '{DEFINITION}' > /tmp/d.py && python -m cohort_dsl.evaluate /tmp/d.py"
)


def test_a_definition_is_evaluated_with_the_standard_library_alone(
    docker_client, cohort_image
):
    code = f"""
import runpy, sys
open("/tmp/definition.py", "w").write({DEFINITION!r})
sys.argv = ["evaluate", "/tmp/definition.py", "--output", "/tmp/query.json"]
try:
    runpy.run_module("cohort_dsl.evaluate", run_name="__main__")
except SystemExit as end:
    print(end.code, open("/tmp/query.json").read())
"""
    assert in_box(docker_client, cohort_image, *python(code)).startswith("0 {")
    with pytest.raises(ContainerError, match="ModuleNotFoundError"):
        in_box(docker_client, cohort_image, *python("import pandas"))


def test_the_compiler_and_the_warehouses_are_not_beside_an_authors_code(
    docker_client, cohort_image
):
    code = "import cohort_dsl, os; print(sorted(os.listdir(cohort_dsl.__path__[0])))"
    found = in_box(docker_client, cohort_image, *python(code))
    assert "language" in found
    assert not {"sql", "warehouses", "plan", "mappings"} & set(found.split("'"))


def test_an_image_names_no_machine_and_its_root_is_nobodys_to_write(
    docker_client, base_image
):
    settings = docker_client.images.get(base_image).attrs["Config"]
    assert settings["User"] == "65534:65534"
    assert "PYTHONDONTWRITEBYTECODE=1" in settings["Env"]
    code = "open('/etc/passwd', 'a')"
    with pytest.raises(ContainerError, match=r"PermissionError|Read-only"):
        in_box(docker_client, base_image, *python(code))


@pytest.fixture
def small(workshop: images.Workshop, tmp_path: Path, base_image: str) -> Iterator[Small]:
    """A workshop with a recipe of our own: the base that is there, and one small module."""
    found = Small(workshop, tmp_path)
    yield found
    with contextlib.suppress(ImageNotFound):
        workshop.client.images.remove(found.recipe.reference)


class Small:
    def __init__(self, workshop: images.Workshop, folder: Path) -> None:
        self.said: list[str] = []
        self.module = folder / "packages" / "thing" / "__init__.py"
        self.module.parent.mkdir(parents=True)
        # An engine skips a layer that it has: another run may have left an equal one.
        self.module.write_text(f"ANSWER = 42\nMADE_FOR = {secrets.token_hex(8)!r}\n")
        ours = Sources("thing", ("__init__.py",))
        self.recipe = images.Recipe(
            f"strongroom-test/thing:{os.getpid()}", (*images.BASE.layers, ours)
        )
        self.shop = self.beside(workshop, folder / "cache")

    def beside(self, workshop: images.Workshop, cache: Path) -> images.Workshop:
        """The same ingredients, another cache; it starts with the base that was made."""
        cache.mkdir()
        for path in workshop.cache.glob("base-*"):
            shutil.copy(path, cache)
        return replace(
            workshop,
            cache=cache,
            packages=self.module.parent.parent,
            report=self.said.append,
            recipes={self.recipe.reference: self.recipe},
        )

    def build(self) -> images.LockedImage:
        reference = self.recipe.reference
        return images.build(self.shop, [reference]).images[reference]


def test_a_second_build_does_nothing(small):
    first = small.build()
    small.said.clear()
    assert small.build() == first
    assert small.said == []
    assert lock.read(small.shop.cache / "images.lock.json").images == {
        small.recipe.reference: first
    }


def test_another_machine_makes_the_same_image(small, tmp_path):
    first = small.build()
    small.shop = small.beside(small.shop, tmp_path / "other")
    assert small.build() == first


def test_the_engine_has_the_layers_that_the_lock_says_and_they_work(small, docker_client):
    image = small.build()
    reference = small.recipe.reference
    inside = docker_client.images.get(reference).attrs["RootFS"]["Layers"]
    assert tuple(inside) == image.layers
    code = "import thing, os; print(thing.ANSWER, os.path.exists(thing.__cached__))"
    assert in_box(docker_client, reference, *python(code)) == "42 True\n"


def test_a_change_makes_one_layer_anew_and_the_old_one_is_forgotten(small, docker_client):
    before = small.build()
    old = set(small.shop.cache.glob("thing-*"))
    small.module.write_text("ANSWER = 43\n")
    after = small.build()
    assert after.layers[0] == before.layers[0]
    assert after.layers[1] != before.layers[1]
    assert not old & set(small.shop.cache.glob("*"))
    with pytest.raises(ImageNotFound):
        docker_client.images.get(before.id)


def test_an_image_that_somebody_else_gave_our_name_is_replaced(small, docker_client):
    docker_client.images.get(images.BASE.reference).tag(small.recipe.reference)
    image = small.build()
    inside = docker_client.images.get(small.recipe.reference).attrs["RootFS"]["Layers"]
    assert tuple(inside) == image.layers
    assert docker_client.images.get(images.BASE.reference)


def test_what_a_killed_builder_left_is_swept_away(small):
    left = small.shop.cache / "work-killed" / "site"
    left.mkdir(parents=True)
    small.build()
    assert not left.parent.exists()


def test_a_damaged_layer_is_refused_by_the_engine(small):
    small.build()
    (tar,) = small.shop.cache.glob("thing-*.tar")
    small.shop.client.images.remove(small.recipe.reference)
    tar.write_bytes(tar.read_bytes().replace(b"ANSWER = 42", b"ANSWER = 41"))
    with pytest.raises(PlatformError, match="refused the image") as caught:
        small.build()
    assert "delete this folder" in caught.value.remedy


def test_a_machine_we_have_no_images_for_is_told_so(small):
    small.shop = replace(small.shop, machine="sparc")
    with pytest.raises(PlatformError, match="no images for sparc"):
        small.build()


def test_an_image_without_a_recipe_is_told_with_those_that_have_one(small):
    with pytest.raises(PlatformError) as caught:
        images.build(small.shop, ["strongroom/cobol:v1"])
    assert caught.value.where == "strongroom/cobol:v1"
    assert small.recipe.reference in caught.value.remedy
