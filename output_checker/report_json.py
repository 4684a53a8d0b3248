"""A report as a file: canonical JSON, a closed schema, versioned."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

from output_checker.errors import CheckerError
from output_checker.report import (
    Cell,
    FileReport,
    Finding,
    Form,
    Hidden,
    Report,
    Rewritten,
    Table,
    Verdict,
    Verification,
)

Json = dict[str, Any]


def dumps(report: Report) -> bytes:
    """The report as UTF-8 JSON, the same bytes for the same report."""
    body = {"format": "report", "version": 2, **asdict(report)}
    text = json.dumps(
        _plain(body), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False
    )
    return (text + "\n").encode()


def loads(data: bytes) -> Report:
    """The report that ``dumps`` wrote; CheckerError if it is anything else."""
    try:
        body = json.loads(data)
        _schema().validate(body)
        return Report(
            job_id=body["job_id"],
            policy_sha256=body["policy_sha256"],
            files=tuple(map(_file, body["files"])),
        )
    except Exception:  # noqa: BLE001 (whatever is wrong with it, it isn't a report)
        raise CheckerError(
            "this isn't a report of the checker, or it was changed",
            where="report",
            remedy="Run the check again; it writes a new report.",
        ) from None


@cache
def _schema() -> Draft202012Validator:
    path = resources.files("output_checker") / "report-v2.schema.json"
    return Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))


def _plain(value: Any) -> Any:
    if isinstance(value, Verdict):
        return value.name
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _file(body: Json) -> FileReport:
    return FileReport(
        path=body["path"],
        sha256=body["sha256"],
        claim_sha256=body["claim_sha256"],
        verification=Verification(body["verification"]),
        findings=tuple(map(_finding, body["findings"])),
        table=body["table"] and _table(body["table"]),
        rewritten=body["rewritten"] and _rewritten(body["rewritten"]),
    )


def _rewritten(body: Json) -> Rewritten:
    return Rewritten(Form(body["form"]), body["content"], body["sha256"])


def _finding(body: Json) -> Finding:
    return Finding(
        check=body["check"],
        verdict=Verdict[body["verdict"]],
        reason=body["reason"],
        remedy=body["remedy"],
        cells=tuple(body["cells"]),
        attack=tuple(body["attack"]),
    )


def _table(body: Json) -> Table:
    lists = {key: tuple(body[key]) for key in ("dimensions", "measures")}
    return Table(**{**body, **lists, "cells": tuple(map(_cell, body["cells"]))})


def _cell(body: Json) -> Cell:
    interval = body["interval"]
    return Cell(
        levels=tuple(body["levels"]),
        values=body["values"],
        hidden=Hidden(body["hidden"]) if body["hidden"] else None,
        interval=tuple(interval) if interval else None,
        without=tuple(body["without"]),
    )
