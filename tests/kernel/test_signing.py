"""Signing: one form of the bytes, keys that follow each other, and a check that misses no byte."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parley.kernel.signing import OVERLAP, Key, Keys, keys_in, made, no_keys, published_in, rotate, what_fails

AT = datetime(2019, 5, 3, 10, 0, tzinfo=UTC)
KEYS = Keys((Key(seed="5e" * 32, begins=AT),))
OTHER = Keys((Key(seed="7a" * 32, begins=AT),))
SAID = {"issued_at": "2019-05-03T10:00:00Z", "text": "Networks are secure. Безопасность 网络 \u2028 \x7f \t", "numbers": [1, 2], "who": None}

names = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"), min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20), lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=4
)


def published(keys: Keys) -> Keys:
    return published_in(json.dumps(json.loads(json.dumps(keys.published(), default=lambda at: at.isoformat()))).encode())


@given(st.dictionaries(names, values))
def test_what_is_signed_is_written_as_rfc_8785_says(said: dict[str, Any]) -> None:
    written = KEYS.sign(said)
    # The same form by another writer: for whole numbers and ASCII names Python's own JSON gives it.
    assert written.decode() == json.dumps(json.loads(written), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert KEYS.sign(said) == written, "the same bytes each time"


def test_whoever_has_the_document_sees_that_it_is_unchanged_and_with_the_keys_whose_it_is() -> None:
    written = KEYS.sign(SAID)
    assert what_fails(written) is None
    assert what_fails(written, published(KEYS)) is None
    assert "none of the keys" in str(what_fails(written, published(OTHER)))
    assert what_fails(OTHER.sign(SAID)) is None, "a stranger can sign too: only the published keys say who it was"


def test_any_byte_that_is_flipped_is_found() -> None:
    written = KEYS.sign(SAID)
    for place in range(len(written)):
        for bit in range(8):
            flipped = bytearray(written)
            flipped[place] ^= 1 << bit
            assert what_fails(bytes(flipped)) is not None, (place, bit)


@pytest.mark.parametrize(
    ("changed", "fails"),
    [
        (lambda said: json.dumps(said, indent=1).encode(), "written anew"),
        (lambda _: KEYS.sign(SAID) + b"\n", "written anew"),
        (lambda _: KEYS.sign(SAID).replace(b'{"issued_at"', b'{"issued_at":"","issued_at"'), "written anew"),
        (lambda _: KEYS.sign(SAID).replace(b"secure", b"public"), "does not fit"),
        (lambda said: json.dumps({name: value for name, value in said.items() if name != "signature"}).encode(), "no signature"),
        (lambda _: b"[]", "no JSON object"),
        (lambda _: b"", "no JSON object"),
        (lambda _: b"[" * 100_000, "no JSON object"),
        (lambda _: b'{"a":"\xff"}', "no JSON object"),
    ],
)
def test_what_fails_is_named(changed: Any, fails: str) -> None:
    assert fails in str(what_fails(changed(json.loads(KEYS.sign(SAID)))))


def test_a_key_holds_from_its_making_until_a_day_after_another_follows_it() -> None:
    followed = KEYS.followed(AT + timedelta(days=30))
    assert (len(followed.keys), followed.keys[1].name, followed.keys[1].seed) == (2, KEYS.keys[0].name, "")
    both = published(followed)
    assert what_fails(KEYS.sign(SAID), both) is None, "what the old key signed still verifies"
    assert what_fails(followed.sign(SAID | {"issued_at": "2019-06-02T10:00:00Z"}), both) is None
    last = AT + timedelta(days=30) + OVERLAP
    assert what_fails(KEYS.sign(SAID | {"issued_at": last.isoformat()}), both) is None
    for beyond in (last + timedelta(seconds=1), AT - timedelta(seconds=1)):
        assert "did not hold" in str(what_fails(KEYS.sign(SAID | {"issued_at": beyond.isoformat()}), both))
    for no_time in ("2019-05-03T10:00:00", 7, None):
        assert "did not hold" in str(what_fails(KEYS.sign(SAID | {"issued_at": no_time}), both))


def test_the_published_keys_hold_no_secret_half_and_no_key_shows_it() -> None:
    assert "5e5e" not in json.dumps(KEYS.published(), default=str)
    assert "5e5e" not in repr(KEYS)


def test_the_file_is_made_once_for_its_owner_alone_and_changed_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "data" / "signing-keys.json"
    first = keys_in(made(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert keys_in(made(file)) == first
    second = rotate(file)
    assert keys_in(file) == second
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert second.keys[1].name == first.keys[0].name
    assert first.keys[0].seed not in file.read_text(), "the old key can sign no more"
    assert [one.name for one in file.parent.iterdir()] == [file.name], "nothing is left beside it"


@pytest.mark.parametrize("held", ["", "{}", '{"keys": []}', '{"keys": [{"public": "00"}]}', '{"keys": [{"seed": "zz"}]}', '{"keys": [{"seed": "5e5e"}]}'])
def test_a_file_without_keys_is_refused_with_what_to_do(tmp_path: Path, held: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(held)
    with pytest.raises(ValueError, match="does not hold signing keys"):
        keys_in(file)


@pytest.mark.parametrize("said", [b"", b"[]", b'{"keys": 1}', b'{"crv": "P-256", "x": "AA"}', b'{"crv": "Ed25519", "x": "AA"}', b'"x"', b"[" * 100_000])
def test_what_is_no_set_of_keys_is_refused_with_where_to_get_it(said: bytes) -> None:
    with pytest.raises(ValueError, match="/api/v1/keys"):
        published_in(said)


def test_a_process_without_keys_signs_nothing() -> None:
    with pytest.raises(LookupError):
        no_keys().sign(SAID)
    with pytest.raises(LookupError):
        published(KEYS).sign(SAID)
