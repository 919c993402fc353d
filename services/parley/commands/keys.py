"""`parley keys`: the keys that sign what is issued, for those who verify it, and the change to a new one."""

import json
import sys

import msgspec

from parley.kernel import signing
from parley.kernel.settings import Settings


def show(settings: Settings, *, rotate: bool, as_json: bool) -> int:
    """Print the public keys, with a new one in front if `rotate`; 1 if the file does not hold keys."""
    try:
        keys = signing.rotate(settings.signing_keys) if rotate else settings.keys()
    except (OSError, ValueError) as unreadable:
        print(json.dumps({"error": str(unreadable)}) if as_json else str(unreadable), file=sys.stdout if as_json else sys.stderr)
        return 1
    if as_json:
        print(msgspec.json.encode(keys.published(), order="deterministic").decode())
        return 0
    for place, one in enumerate(keys.keys):
        begins, ends = (f" {word} {at:%Y-%m-%dT%H:%M:%SZ}" if at else "" for word, at in (("from", one.begins), ("until", one.ends)))
        print(f"{'signs' if place == 0 else 'signed'}  {one.name}{begins}{ends}")
    return 0
