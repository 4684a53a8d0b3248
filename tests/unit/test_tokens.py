"""Tokens are long, plain, and known to the site by their hashes only."""

import os

import pytest

from job_runner.server.tokens import bearer, new_token


def test_a_token_is_a_prefix_and_43_characters_that_fit_a_header_and_an_address():
    token = new_token(os.urandom)
    assert len(token) == 46
    assert bearer(f"Bearer {token}") == token
    assert new_token(os.urandom) != token


def test_the_same_bytes_make_the_same_token():
    token = new_token(lambda size: b"\xff" * size)
    assert token == "sr_" + "_" * 42 + "8"


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer sr_short", "Basic sr_" + "a" * 43,
     "Bearer sr_" + "a" * 44, "sr_" + "a" * 43, "Bearer sr_" + "é" * 43],
)  # fmt: skip
def test_what_is_no_token_of_ours_is_none(header):
    assert bearer(header) is None
