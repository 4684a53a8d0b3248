"""The API's description has every route, every status, and is the page that is kept."""

from __future__ import annotations

from starlette.routing import Route

from cli.compose.describing import EVERY
from job_runner.server.api import Api
from job_runner.server.operations import routes
from job_runner.server.problems import STATUS_CODES
from output_checker.review import api as reviews
from output_checker.review.web import STATUS_CODES as OF_RELEASES
from tests.a_site import Site
from tests.described import DOCUMENT, PAGE, printed


def test_every_route_is_described_and_every_description_has_its_route(tmp_path):
    site = Site(tmp_path)
    api = Api(site.admission, site.store, None, site.clock)  # type: ignore[arg-type]
    made = {
        (route.path, method.lower())
        for route in [*routes(api), *reviews.routes(None, None)]
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    told = {(path, verb) for path, verbs in DOCUMENT["paths"].items() for verb in verbs}
    assert made == told


def test_every_status_that_an_error_can_have_is_somewhere_in_it():
    told = {
        int(status)
        for verbs in DOCUMENT["paths"].values()
        for operation in verbs.values()
        for status in operation["responses"]
    }
    assert told >= {*STATUS_CODES.values(), *OF_RELEASES.values()}


def test_every_name_that_it_refers_to_is_there():
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert refers_to(DOCUMENT) <= known


def refers_to(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if "$ref" in value else set()
        return own.union(*map(refers_to, value.values()))
    return set().union(*map(refers_to, value)) if isinstance(value, list) else set()


def test_each_operation_has_a_name_of_its_own_and_says_what_it_is_for():
    names = [operation.name for operation in EVERY]
    assert len(set(names)) == len(names)
    assert all(operation.summary.endswith(".") for operation in EVERY)


def test_the_page_that_is_kept_is_the_one_that_is_served():
    """To write it anew: python -m tests.described."""
    assert PAGE.read_text(encoding="utf-8") == printed()
