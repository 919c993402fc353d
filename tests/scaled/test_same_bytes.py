"""The same negotiation gives the same bytes in one process and in many."""

import re
from pathlib import Path

import pytest
from infra.native.cluster import Cluster
from infra.native.demo import play as play_on_cluster

from parley.commands.demo import play
from parley.issued.pdf import pdf_of
from parley.main import app, process

pytestmark = pytest.mark.real

TIME = re.compile(rb"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|\+00:00)?)?|\d{1,2} \w+ \d{4}(, | )\d\d:\d\d( UTC)?")
HASH = re.compile(rb"\b(?:[0-9a-f]{64}|[0-9a-f]{128})\b|\b[\w-]{43}(?=\")")  # a public key, too: each installation has its own


def told_at_another_time(text: bytes) -> bytes:
    """The text without the minute in which it was played, and without the hashes over that minute."""
    return HASH.sub(b"(hash)", TIME.sub(b"(time)", text))


def test_the_demo_gives_the_same_texts_and_the_same_public_record(cluster: Cluster, tmp_path: Path) -> None:
    assert play_on_cluster(cluster, 200, tmp_path / "many") == []
    assert play(200, tmp_path / "one", process, app, as_json=True) == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "many").iterdir())
    for name in files:
        one, many = ((tmp_path / where / name).read_bytes() for where in ("one", "many"))
        if name.endswith(".pdf"):  # letters in it are no longer text to mask: in both it says what the JSON beside it says, which is compared
            for where, paper in (("one", one), ("many", many)):
                assert paper == pdf_of((tmp_path / where / "summary.json").read_bytes()), where
        else:
            assert told_at_another_time(one) == told_at_another_time(many), name
    assert (tmp_path / "one" / "submissions.csv").read_bytes() == (tmp_path / "many" / "submissions.csv").read_bytes()
