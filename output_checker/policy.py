"""What a site allows to be shown: one strict file, read once, known by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from importlib import resources
from pathlib import Path

import yaml

from output_checker.errors import PolicyError
from output_checker.report import Form


@dataclass(frozen=True)
class Policy:
    """A disclosure policy. ``sha256`` is that of the file it was read from.

    threshold: fewest patients (or contributors) that a shown count may have.
    round_to, rounding: counts in crosstabs are shown to the ``nearest`` multiple, or each
    run of so many counts (1 to 6, 7 to 12) as its ``midpoint``; 1 is exact.
    p_percent, dominance_patients, dominance_percent: Hundepool et al., Statistical
    Disclosure Control (2012), section 4.2: the p% rule and the (n, k) rule.
    significant_digits: of means, deviations, rates and other fractions as shown.
    residual_degrees_of_freedom: fewest that a regression may have.
    provider_columns: columns of a cohort that name who provided care (a practice, a
    unit); where a cohort has one, its cells need provider_threshold of them, and the
    dominance rules hold for their totals too.
    solver_seconds: how long to look for the cheapest cells to hide.
    opaque_forms: what a file without a claim may be, for two people to let it out after
    all (table, text, picture); none if nothing leaves that wasn't recomputed.
    opaque_lines: the most lines of such a table or text.
    """

    name: str
    threshold: int
    round_to: int
    rounding: str
    p_percent: int
    dominance_patients: int
    dominance_percent: int
    significant_digits: int
    residual_degrees_of_freedom: int
    provider_columns: tuple[str, ...]
    provider_threshold: int
    solver_seconds: int
    opaque_forms: tuple[str, ...]
    opaque_lines: int
    sha256: str = ""

    def __post_init__(self) -> None:
        problems = tuple(_senseless(self))
        if problems:
            raise ValueError("; ".join(problems))


SCHEMES = ("nearest", "midpoint")
_RANGES: Mapping[str, tuple[int, int]] = {
    "threshold": (2, 1000),
    "round_to": (1, 1000),
    "p_percent": (1, 100),
    "dominance_patients": (1, 10),
    "dominance_percent": (1, 100),
    "significant_digits": (1, 15),
    "residual_degrees_of_freedom": (1, 1000),
    "provider_threshold": (1, 100),
    "solver_seconds": (1, 3600),
    "opaque_lines": (1, 2000),
}
FORMS = tuple(form.value for form in Form)
_LISTS = ("provider_columns", "opaque_forms")
_SETTINGS = tuple(f.name for f in fields(Policy) if f.default is MISSING)
_REMEDY = "Compare it with the ready-made policy 'default'; every key is needed there."


def _senseless(policy: Policy) -> Iterable[str]:
    if not isinstance(policy.name, str) or not policy.name.strip():
        yield "name must be a word or two"
    for key, (low, high) in _RANGES.items():
        value = getattr(policy, key)
        if type(value) is not int or not low <= value <= high:
            yield f"{key} must be a whole number from {low} to {high}"
    if policy.rounding not in SCHEMES:
        yield f"rounding must be one of: {', '.join(SCHEMES)}"
    columns = policy.provider_columns
    if not isinstance(columns, tuple) or not all(map(_is_a_name, columns)):
        yield "provider_columns must be a list of columns' names, or []"
    forms = policy.opaque_forms
    if not isinstance(forms, tuple) or not set(map(repr, forms)) <= set(map(repr, FORMS)):
        yield f"opaque_forms must be a list of some of {', '.join(FORMS)}, or []"


def _is_a_name(name: object) -> bool:
    return isinstance(name, str) and name.isidentifier()


def load(path: Path) -> Policy:
    """The policy in a YAML file; PolicyError with everything that is wrong in it."""
    try:
        data = path.read_bytes()
    except OSError:
        raise _wrong("the disclosure policy can't be read", str(path)) from None
    return parse(data, where=str(path))


def ready_made(name: str) -> Policy:
    """One of the policies that come with Strongroom: ``default`` or ``opensafely``."""
    folder = resources.files("output_checker") / "policies"
    known = sorted(f.name.removesuffix(".yaml") for f in folder.iterdir())
    if name not in known:
        raise PolicyError(
            f"there is no ready-made policy {name!r}",
            where="policy",
            remedy=f"Choose one of: {', '.join(known)}.",
        )
    return parse((folder / f"{name}.yaml").read_bytes(), where=f"{name}.yaml")


def parse(data: bytes, *, where: str) -> Policy:
    """The policy in a YAML text."""
    try:
        settings = yaml.load(data, Loader=_Strict)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise _wrong("this isn't YAML, or a key is there twice", where) from None
    if not isinstance(settings, dict):
        raise _wrong("a policy is a list of 'key: value' lines", where)
    problems = [*_other_keys(settings)]
    if problems:
        raise _wrong("; ".join(problems), where)
    for key in _LISTS:
        if isinstance(settings[key], list):
            settings[key] = tuple(settings[key])
    try:
        return Policy(**settings, sha256=hashlib.sha256(data).hexdigest())
    except ValueError as error:
        raise _wrong(str(error), where) from None


def _other_keys(settings: Mapping[object, object]) -> Iterable[str]:
    unknown = sorted(str(key) for key in settings if key not in _SETTINGS)
    missing = [key for key in _SETTINGS if key not in settings]
    if unknown:
        yield f"unknown keys: {', '.join(unknown)}"
    if missing:
        yield f"missing keys: {', '.join(missing)}"


def _wrong(problem: str, where: str) -> PolicyError:
    return PolicyError(problem, where=where, remedy=_REMEDY)


class _Strict(yaml.SafeLoader):
    """YAML without surprises: a key that is there twice is an error."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        pairs = [self.construct_object(key, deep=deep) for key, _ in node.value]
        if len(pairs) != len(set(map(repr, pairs))):
            raise yaml.YAMLError
        return super().construct_mapping(node, deep=deep)
