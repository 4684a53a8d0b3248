"""A site's memory of who left, put together from its folder and its reviews."""

from cli.compose.folder import SiteFolder
from cli.compose.remembering import memory, past
from tests.a_review import RAO, a_file, a_house


def a_site(tmp_path):
    site = SiteFolder(tmp_path)
    (site.state / "secrets").mkdir(parents=True)
    (site.state / "secrets" / "seal").write_bytes(b"s" * 32)
    return site


def test_what_counts_is_what_the_reviews_say_left_or_may_be_leaving(tmp_path):
    site = a_site(tmp_path)
    with a_house(tmp_path) as house:
        released, waiting = (house.submitted(a_file()) for _ in range(2))
        house.approve(released)
        house.approve(waiting, RAO)
        found = past(site, house.store)
    assert (found.left, found.leaving) == ((released.id,), ())
    assert found.memory.folder == tmp_path / "counted"


def test_the_keys_are_the_sites_own_and_do_not_print(tmp_path):
    one = memory(a_site(tmp_path))
    assert one.key(b"a") != one.key(b"b")
    assert one.key(b"a") == memory(SiteFolder(tmp_path)).key(b"a")
    assert b"s" * 32 not in (one.secret, one.key(b"a"))
    assert "secret" not in repr(one)
