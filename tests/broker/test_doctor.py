"""`parley doctor` and a real Kafka: what is missing there, and who is not let in."""

from pathlib import Path

import pytest
from infra.native.kafka import Kafka as Broker

from parley.commands.doctor_parts import parts_away
from parley.commands.topics import make
from parley.kernel.settings import Settings

pytestmark = pytest.mark.real


def test_a_broker_that_answers_is_well_once_it_has_its_topics(kafka: Broker, tmp_path: Path) -> None:
    settings = Settings(kafka=kafka.bootstrap, database="", kafka_partitions=2)
    before = {one.what: one for one in parts_away(settings, [])}
    assert "kafka" not in before
    if not before["topics"].well:  # another test may have made some of them
        assert "parley topics" in before["topics"].do
    make(settings)
    after = {one.what: one for one in parts_away(settings, [])}
    assert after["topics"].well, after["topics"].seen


def test_a_broker_that_wants_no_password_of_ours_is_named(kafka: Broker, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("x5-secret")
    settings = Settings(kafka=kafka.bootstrap, kafka_user="drafts", kafka_password_file=tmp_path / "password")
    (wrong,) = [one for one in parts_away(settings, []) if one.what == "kafka"]
    assert "does not let us in" in wrong.seen
    assert "PARLEY_KAFKA_USER" in wrong.do
    assert "x5-secret" not in wrong.seen + wrong.do


def test_one_broker_of_several_that_is_away_is_named(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    # Kafka's client draws by lot whom it asks first; here it always draws who is away.
    monkeypatch.setattr("kafka.net.manager.random.choice", lambda brokers: min(brokers, key=lambda one: int(one.port)))
    settings = Settings(kafka=f"{kafka.bootstrap},127.0.0.1:1")
    (wrong,) = [one for one in parts_away(settings, []) if one.what == "kafka"]
    assert wrong.seen == "no broker answers at 127.0.0.1:1: the others carry on"
