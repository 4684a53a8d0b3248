"""Which JSON may be a query: the closed schema, and what of a document breaks it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any


def schema(version: int) -> Any:
    """The JSON Schema of this version of the format."""
    name = f"query-v{version}.schema.json"
    return json.loads(files("cohort_dsl.model").joinpath(name).read_text("utf-8"))


def broken(document: Any, version: int) -> Iterator[tuple[str, str]]:
    """Each place that doesn't fit the schema, and the rule that it breaks."""
    for error in _validator(version).iter_errors(document):
        yield error.json_path, error.validator


@cache
def _validator(version: int) -> Any:
    from jsonschema import Draft202012Validator  # not needed where definitions run

    whole = schema(version)
    return Draft202012Validator(_spelled_out(whole, whole["$defs"]))


def _spelled_out(part: Any, named: Mapping[str, Any]) -> Any:
    """The schema with what is named in place of each name.

    To look a name up takes as long as to check what it names, and there are thousands.
    """
    if isinstance(part, list):
        return [_spelled_out(one, named) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        [reference] = part.values()  # nothing stands beside it, which would be lost
        return _spelled_out(named[reference.removeprefix("#/$defs/")], named)
    return {key: _spelled_out(one, named) for key, one in part.items() if key != "$defs"}
