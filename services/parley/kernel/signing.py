"""Signing: what is given out carries an Ed25519 signature of the installation, which anybody can check offline.

What is signed is the JSON object without its `signature`, in the one form of RFC 8785. A key is named by its public half in hex, so that whoever holds what was
signed can see whether it was changed; whose key it is, the list of published keys says.
"""

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec

Sign = Callable[[Mapping[str, Any]], bytes]
"""From what is said to the signed bytes of it: the same bytes each time, as long as the key is the same."""

OVERLAP = timedelta(days=1)
"""So long a key that was followed by another still holds: until then every process has read the new one."""

# RFC 8785, because our names are ASCII and our numbers are whole: sorted names, no blanks, and the escapes that it prescribes.
_canonical = msgspec.json.Encoder(order="deterministic")


class Key(msgspec.Struct, frozen=True, omit_defaults=True, rename={"begins": "from", "ends": "until"}):
    """A key as the keys' file has it: `seed` where it may sign, else `public`, both in hex; and from when until when it signs."""

    seed: str = ""
    public: str = ""
    begins: datetime | None = None
    ends: datetime | None = None

    def __repr__(self) -> str:
        """The key without its secret half, which belongs in no log."""
        return f"Key({self.name})"

    @property
    def name(self) -> str:
        """The public half in hex, by which the key is named."""
        return _private(self.seed).public_key().public_bytes_raw().hex() if self.seed else self.public

    def held(self, at: datetime) -> bool:
        """Whether it was the installation's at a time."""
        return (self.begins is None or self.begins <= at) and (self.ends is None or at <= self.ends)


class Keys(msgspec.Struct, frozen=True):
    """The keys of an installation: the first signs, the others signed before it."""

    keys: tuple[Key, ...] = ()

    def sign(self, said: Mapping[str, Any]) -> bytes:
        """What is said with its signature, as canonical JSON. Raises LookupError where this process was given no key."""
        if not self.keys or not self.keys[0].seed:
            raise LookupError("no signing key")
        key = self.keys[0]
        signature = {"key": key.name, "value": _private(key.seed).sign(_canonical.encode(said)).hex()}
        return _canonical.encode({**said, "signature": signature})

    def published(self) -> dict[str, Any]:
        """The public halves as a set of JSON Web Keys (RFC 8037), each with the time in which it holds."""
        return {"keys": [_web_key(key) for key in self.keys]}

    def followed(self, at: datetime) -> "Keys":
        """The same with a new key in front; of the one before only the public half is kept."""
        before = [Key(public=one.name, begins=one.begins, ends=one.ends or at.replace(microsecond=0) + OVERLAP) for one in self.keys]
        return Keys((new_key(at), *before))


def no_keys() -> Keys:
    """The keys of a process that signs nothing."""
    return Keys()


def new_key(at: datetime) -> Key:
    """A fresh key that holds from a time on, to the second: what is signed says its time no more exactly."""
    return Key(seed=secrets.token_hex(32), begins=at.replace(microsecond=0))


def keys_in(file: Path) -> Keys:
    """The keys that a file holds.

    Raises:
        ValueError: it does not hold keys; the sentence says what to do.
    """
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Keys)
        named = [one.name for one in found.keys]
    except (msgspec.MsgspecError, RecursionError, ValueError):
        named = []
    if not named or not found.keys[0].seed or not all(_is_hex(one, 32) for one in named):
        raise ValueError(f"{file} does not hold signing keys. Restore it from its last backup, or move it away and make another with `parley keys`.")
    return found


def made(file: Path) -> Path:
    """The file, made with a fresh key and readable by its owner alone if it is not there yet; whoever else makes it in the same moment has it first."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        whole = _written_beside(file, Keys((new_key(datetime.now(UTC)),)))
        try:
            os.link(whole, file)
        except FileExistsError:
            pass
        finally:
            whole.unlink()
            _sync(file.parent)
    return file


def rotate(file: Path) -> Keys:
    """Put a new key in front of those in a file, at once; what the old ones have signed still verifies."""
    keys = keys_in(file).followed(datetime.now(UTC)) if file.exists() else Keys((new_key(datetime.now(UTC)),))
    file.parent.mkdir(parents=True, exist_ok=True)
    _written_beside(file, keys).replace(file)
    _sync(file.parent)
    return keys


def published_in(said: bytes) -> Keys:
    """The keys of a published set, or one key alone.

    Raises:
        ValueError: it is neither.
    """
    try:
        found = msgspec.json.decode(said)
        keys = found.get("keys", [found])
        return Keys(tuple(_from_web(msgspec.convert(one, _WebKey)) for one in keys))
    except (msgspec.MsgspecError, AttributeError, RecursionError, TypeError, ValueError) as error:
        raise ValueError("The keys are not in the form in which Parley publishes them. Fetch them again from /api/v1/keys.") from error


def what_fails(written: bytes, keys: Keys | None = None) -> str | None:
    """Why a signed document is not what was signed, or None if it is; with keys, also whether one of them signed it while it held.

    Every byte counts: a document that was written anew, with other blanks, is not the one that was signed.
    """
    try:
        said = msgspec.json.decode(written, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "it is no JSON object"
    try:
        signature = msgspec.convert(said.get("signature"), _Signature)
    except msgspec.ValidationError:
        return "it carries no signature; what Parley issues carries one"
    if _canonical.encode(said) != written:
        return "its bytes are not in the form in which it was signed: it was written anew, or changed; take the file as Parley gave it"
    if not _fits(signature, {name: value for name, value in said.items() if name != "signature"}):
        return f"the signature of key {signature.key[:16]}… does not fit: something in it is not as it was signed"
    return None if keys is None else _not_of(signature.key, said.get("issued_at"), keys.keys)


class _Signature(msgspec.Struct):
    key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    value: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{128}$")]


class _WebKey(msgspec.Struct, rename={"begins": "from", "ends": "until"}):
    crv: str
    x: str
    begins: datetime | None = None
    ends: datetime | None = None


def _fits(signature: _Signature, said: Mapping[str, Any]) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (as below)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key)).verify(bytes.fromhex(signature.value), _canonical.encode(said))
    except InvalidSignature:
        return False
    return True


def _not_of(name: str, at: object, keys: Sequence[Key]) -> str | None:
    key = next((one for one in keys if one.name == name), None)
    if key is None:
        return f"it is signed with {name[:16]}…, which is none of the keys that were given"
    try:
        held = key.held(msgspec.convert(at, datetime))
    except (msgspec.ValidationError, TypeError):  # no time, or one without a zone
        held = False
    return None if held else f"the key {name[:16]}… did not hold when this says that it was issued"


def _web_key(key: Key) -> dict[str, Any]:
    x = urlsafe_b64encode(bytes.fromhex(key.name)).decode().rstrip("=")
    times = {name: at for name, at in (("from", key.begins), ("until", key.ends)) if at is not None}
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.name, "x": x, **times}


def _from_web(key: _WebKey) -> Key:
    public = urlsafe_b64decode(key.x + "=" * (-len(key.x) % 4)).hex()
    if key.crv != "Ed25519" or not _is_hex(public, 32):
        raise ValueError("another kind of key")
    return Key(public=public, begins=key.begins, ends=key.ends)


def _is_hex(text: str, size: int) -> bool:
    return len(text) == 2 * size and set(text) <= set("0123456789abcdef")


def _private(seed: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415  (37 ms that only who signs or checks pays for)

    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def _sync(folder: Path) -> None:
    """What was signed must not outlast the key that signed it: the name of the file is on disk before anything is signed."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _written_beside(file: Path, keys: Keys) -> Path:
    beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(msgspec.json.format(msgspec.json.encode(keys), indent=1) + b"\n")
        written.flush()
        os.fsync(written.fileno())
    return beside
