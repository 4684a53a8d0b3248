"""In which order a question is answered: steps as values, so that a test can count them."""

from cohort_dsl.plan.build import build
from cohort_dsl.plan.measures import build as build_measures
from cohort_dsl.plan.steps import Plan

__all__ = ["Plan", "build", "build_measures"]
