"""What differs between the demo's models: whose records, which study, and its words."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from cli.demo import hospital, records

DEFAULT = "omop"


@dataclass(frozen=True)
class Scene:
    """One model's demo.

    ``records``: the warehouse's, in words; ``database``: makes or finds the DuckDB file of
    them, given a folder for it. ``empty``: what the model's records can't serve.
    ``project``, ``purpose``, ``context``: what the site and the request call the study.
    ``study``: files to put in place of the template's; None: its own are the study.
    """

    model: str
    records: str
    database: Callable[[Path], Path]
    project: str
    purpose: str
    context: str
    empty: tuple[str, ...] = ()
    study: Path | None = None

    def make_study(self, folder: Path) -> None:
        """Of the template's study the scene's own: its analysis, codelists and project."""
        if self.study is None:
            return
        for name in ("analysis", "codelists"):
            shutil.rmtree(folder / name)
        shutil.copytree(self.study, folder, dirs_exist_ok=True)


OMOP = Scene(
    model="omop",
    records="public OMOP records of 2,694 made-up patients",
    database=lambda folder: records.database(),
    project="bleeding",
    purpose="Do new users of painkillers bleed?",
    context="Bleeding after a first painkiller",
    empty=("addresses", "core.ons_deaths", "deaths", "documents", "visits.care_site"),
)

I2B2 = Scene(
    model="i2b2",
    records="i2b2's own demo, 134 made-up patients in 90,853 facts",
    database=lambda folder: records.loaded(records.I2B2, folder / "i2b2.duckdb"),
    project="asthma",
    purpose="Who with asthma has fever and wheezes, and how do they breathe?",
    context="Asthma: visits, symptoms and blood counts",
    study=records.I2B2 / "study",
)

EDSH = Scene(
    model="edsh",
    records="600 made-up patients in the shape of the national core (socle EDSH)",
    database=lambda folder: hospital.many(folder / "edsh.duckdb"),
    project="heart",
    purpose="Which adults in hospital have a disease of the heart, and who dies?",
    context="Disease of the heart in adults in hospital",
    empty=("core.clinical_events", "core.medications", "documents"),
    study=hospital.SAMPLE / "study",
)

SCENES: Mapping[str, Scene] = MappingProxyType(
    {one.model: one for one in (OMOP, I2B2, EDSH)}
)
"""By the word after ``strongroom demo --model``."""
