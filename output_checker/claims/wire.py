"""A claim as JSON and back, in the form that ``claim-v2.schema.json`` says.

Version 1 had neither ``per`` nor ``model``, and is still read.
"""

from __future__ import annotations

import json
from typing import Any

from output_checker.claims.model import (
    UNIT,
    AsIs,
    Bands,
    Claim,
    Condition,
    Derivation,
    Dimension,
    IsPresent,
    Model,
    Year,
)
from output_checker.claims.outcome import AsNumber, Coefficient, Use, Variable
from output_checker.claims.parts import wrong
from output_checker.errors import ClaimError

Json = dict[str, Any]
FORMAT, VERSION = "claim", 2


def dumps(claim: Claim) -> bytes:
    """The claim as UTF-8 JSON, the same bytes for the same claim; or ClaimError."""
    try:
        text = json.dumps(as_json(claim), indent=1, ensure_ascii=False, allow_nan=False)
        return (text + "\n").encode()
    except ValueError:
        raise wrong(
            "the table has a number that isn't one, or letters that aren't text",
            "Look for infinite values in the columns, and for broken words.",
        ) from None


def as_json(claim: Claim) -> Json:
    return {
        "format": FORMAT,
        "version": VERSION,
        "kind": claim.kind,
        "title": claim.title,
        "figure": claim.figure,
        "dataset": {"file": claim.dataset, "sha256": claim.dataset_sha256},
        "unit": UNIT,
        "population": [_condition(c) for c in claim.population],
        "dimensions": [_dimension(d) for d in claim.dimensions],
        "margins": claim.margins,
        "value": claim.value,
        "measures": list(claim.measures),
        "per": claim.per,
        "model": None if claim.model is None else _model(claim.model),
        "cells": [
            {"levels": list(levels), "values": dict(values)}
            for levels, values in claim.cells.items()
        ],
    }


def from_json(body: Json) -> Claim:
    """The claim in a body that fits the schema; ClaimError if it makes no sense."""
    cells = {tuple(cell["levels"]): cell["values"] for cell in body["cells"]}
    if len(cells) < len(body["cells"]):
        raise ClaimError(
            "a cell is there twice", where="claim", remedy="Write each cell once."
        )
    return Claim(
        kind=body["kind"],
        title=body["title"],
        dataset=body["dataset"]["file"],
        dataset_sha256=body["dataset"]["sha256"],
        population=tuple(map(_read_condition, body["population"])),
        dimensions=tuple(map(_read_dimension, body["dimensions"])),
        margins=body["margins"],
        value=body["value"],
        measures=tuple(body["measures"]),
        cells=cells,
        figure=body["figure"],
        per=body.get("per"),
        model=None if body.get("model") is None else _read_model(body["model"]),
    )


def _condition(condition: Condition) -> Json:
    value = condition.value
    return {
        "column": condition.column,
        "operator": condition.operator,
        "value": list(value) if isinstance(value, tuple) else value,
    }


def _derivation(derivation: Use) -> Json:
    edges = {"edges": list(derivation.edges)} if isinstance(derivation, Bands) else {}
    return {"kind": derivation.kind, **edges}


def _dimension(dimension: Dimension) -> Json:
    return {
        "column": dimension.column,
        "derivation": _derivation(dimension.derivation),
        "missing": "level" if dimension.missing_is_a_level else "excluded",
        "levels": list(dimension.levels),
    }


def _model(model: Model) -> Json:
    return {
        "family": model.family,
        "outcome": _variable(model.outcome),
        "terms": [_variable(term) for term in model.terms],
        "time": model.time,
        "residual_df": model.residual_df,
        "coefficients": [
            {"term": c.term, "level": c.level, "estimate": c.estimate, "se": c.se}
            for c in model.coefficients
        ],
    }


def _variable(variable: Variable) -> Json:
    return {
        "column": variable.column,
        "use": _derivation(variable.use),
        "levels": list(variable.levels),
    }


def _read_condition(body: Json) -> Condition:
    value = body["value"]
    return Condition(
        body["column"], body["operator"], tuple(value) if isinstance(value, list) else value
    )


def _read_dimension(body: Json) -> Dimension:
    return Dimension(
        column=body["column"],
        derivation=_read_derivation(body["derivation"]),
        missing_is_a_level=body["missing"] == "level",
        levels=tuple(body["levels"]),
    )


def _read_derivation(body: Json) -> Derivation:
    if body["kind"] == Bands.kind:
        return Bands(tuple(body["edges"]))
    simple: dict[str, Derivation] = {d.kind: d for d in (AsIs(), Year(), IsPresent())}
    return simple[body["kind"]]


def _read_model(body: Json) -> Model:
    return Model(
        family=body["family"],
        outcome=_read_variable(body["outcome"]),
        terms=tuple(map(_read_variable, body["terms"])),
        time=body["time"],
        residual_df=body["residual_df"],
        coefficients=tuple(Coefficient(**one) for one in body["coefficients"]),
    )


def _read_variable(body: Json) -> Variable:
    use = AsNumber() if body["use"]["kind"] == "number" else _read_derivation(body["use"])
    return Variable(body["column"], use, tuple(body["levels"]))
