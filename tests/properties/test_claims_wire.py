"""Any claim survives the way through its file, and no file says more than a claim can."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from output_checker.claims import wire
from output_checker.claims.model import KINDS
from output_checker.errors import ClaimError
from output_checker.verify import claim_file
from tests.properties.some_claims import FORMS, claims

EVERY = st.sampled_from(sorted(FORMS)).flatmap(claims)


def test_every_kind_is_drawn():
    assert set(FORMS) == set(KINDS)


@given(EVERY)
def test_what_was_written_is_read_the_same_and_written_the_same_again(claim):
    data = wire.dumps(claim)
    read = claim_file.loads(data, where="t.claim.json")
    assert read == claim
    assert wire.dumps(read) == data


@given(EVERY, st.data())
def test_a_key_that_nobody_knows_is_refused_wherever_it_stands(claim, data):
    body = copy.deepcopy(wire.as_json(claim))
    place = data.draw(st.sampled_from(list(_objects(body))))
    place["note"] = 1
    with pytest.raises(ClaimError):
        claim_file.loads(json.dumps(body).encode(), where="t.claim.json")


@given(EVERY, st.data())
def test_a_key_left_out_is_refused_wherever_it_stood(claim, data):
    body = copy.deepcopy(wire.as_json(claim))
    place = data.draw(st.sampled_from(list(_objects(body))))
    place.pop(data.draw(st.sampled_from(sorted(place))))
    with pytest.raises(ClaimError):
        claim_file.loads(json.dumps(body).encode(), where="t.claim.json")


def _objects(body):
    """Every object in some JSON."""
    left = [body]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
        left += (
            one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
        )
