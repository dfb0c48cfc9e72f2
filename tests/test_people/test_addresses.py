"""What counts as an address, and which spellings are the same one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barcamp.mail.ways import deliverable
from barcamp.people import addresses


@pytest.mark.parametrize(
    "text",
    [
        "ada@example.org", "a@b.co", "ada+camp@example.org", "o'neil@example.org", "ada@localhost", "ada@LOCALHOST",
        "ada_oak@sub.example.org", "ada@bücher.example", "ädä@example.org", "用户@例子.广告", "a" * 64 + "@example.org",
        "ada@xn--bcher-kva.example", "1@2.org",
    ],
)  # fmt: skip
def test_these_are_addresses(text: str) -> None:
    assert addresses.is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "ada", "ada@", "@example.org", "a b@example.org", "a@b@example.org", "ada@example", "a@.org", "a@org.",
        "ada@exam ple.org", "ada@example..org", "a" * 65 + "@example.org", "a@" + "b." * 130 + "org", ".a@example.org",
        "a.@example.org", "a..b@example.org", "a@b,c@example.org", "<ada@example.org>", "ada@-x.org", "ada@x-.org",
        "a;b@example.org", "a@[127.0.0.1]", "a@ex_ample.org", "a@" + "b" * 64 + ".org", "a\n@example.org",
    ],
)  # fmt: skip
def test_these_are_none(text: str) -> None:
    assert not addresses.is_address(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "ADA@Example.ORG"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ada@bücher.example", "ada@XN--BCHER-KVA.example"),
        ("e\u0301mile@example.org", "\u00e9mile@example.org"),
        ("ａｄａ@example.org", "ada@example.org"),
    ],
)
def test_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    assert addresses.key(one) == addresses.key(other)


def test_other_addresses_have_other_keys() -> None:
    assert len({addresses.key(one) for one in ("ada@example.org", "ada+x@example.org", "ada@example.com")}) == 3


@given(st.text(max_size=300))
def test_any_text_is_an_address_or_not_and_an_address_has_a_settled_key_and_can_be_sent_to(text: str) -> None:
    if addresses.is_address(text):
        key = addresses.key(text)
        assert addresses.key(key) == key
        assert deliverable(text).rpartition("@")[2].isascii()


@given(st.from_regex(r"[a-zA-Z0-9.é]{1,10}@[a-zäß0-9.-]{1,12}\.(org|de)", fullmatch=True))
def test_the_key_of_an_address_keeps_its_shape(text: str) -> None:
    if addresses.is_address(text):
        assert addresses.key(text).count("@") == 1
        assert addresses.key(text.upper()) == addresses.key(text.lower())
