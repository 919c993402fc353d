"""A broker starts from registries alone, and only from the jars that were pinned."""

from pathlib import Path

import pytest
from infra.native import jars

pytestmark = pytest.mark.real


def test_a_jar_with_other_bytes_is_not_used_and_not_kept(tmp_path: Path) -> None:
    name = next(line.split()[1] for line in jars.PINNED.read_text().splitlines() if "slf4j-simple" in line)
    group, artifact, version = name.split(":")
    forged = tmp_path.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")
    forged.parent.mkdir(parents=True)
    forged.write_bytes(b"not the jar")
    with pytest.raises(RuntimeError, match="not the jar that"):
        jars._jar(tmp_path, name, next(line.split()[0] for line in jars.PINNED.read_text().splitlines() if name in line))
    assert not forged.exists()


def test_the_cache_is_where_the_user_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert jars.cache() == tmp_path / "parley" / "jars"


def test_a_broker_that_was_killed_comes_back_with_what_it_acknowledged(tmp_path: Path) -> None:
    from infra.native.kafka import Kafka
    from kafka import KafkaConsumer, KafkaProducer
    from kafka.admin import KafkaAdminClient

    kafka = Kafka(tmp_path / "kafka")
    kafka.up()
    try:
        admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
        admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}})
        admin.close()
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        producer.send("kept", b"acknowledged").get(30)
        kafka.kill()
        assert kafka.started.process("kafka-1") is None
        kafka.start()
        producer.close()
        consumer = KafkaConsumer("kept", bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False, consumer_timeout_ms=10_000)
        assert next(iter(consumer)).value == b"acknowledged"
        consumer.close()
    finally:
        kafka.down()
