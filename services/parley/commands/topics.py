"""`parley topics`: makes the topics in Kafka, and compares those that are there with what they are to be."""

from parley.commands.serve import kafka_of
from parley.kernel.kafka_topics import make_access, make_topics, topics
from parley.kernel.settings import Settings

CARRIED = ("delegations", "drafts", "summaries")
"""The services whose facts others need; what the observers record is theirs alone."""

MEASURING = ("summaries",)
"""The services that keep live measures."""


def make(settings: Settings) -> int:
    """Make what is missing, and where Kafka asks who comes, let each service do what its list says; 1 if something differs or Kafka does not let us."""
    from kafka.errors import KafkaError

    if not settings.kafka:
        print("Set PARLEY_KAFKA to the cluster's bootstrap servers.")
        return 1
    try:
        if settings.kafka_user:
            make_access(kafka_of(settings), (*CARRIED, "observers"), MEASURING)
        differences = make_topics(kafka_of(settings), CARRIED, settings.kafka_partitions, MEASURING)
    except (KafkaError, OSError) as fault:
        print(f"The topics could not be made at {settings.kafka} ({type(fault).__name__}).")
        print(
            "`parley doctor` says whether a broker answers, and lets us in. To make topics and access lists, PARLEY_KAFKA_USER must be a super user of the brokers."
        )
        return 1
    for sentence in differences:
        print(sentence)
    if not differences:
        print("The topics are as they are to be: " + ", ".join(one.name for one in topics(CARRIED, settings.kafka_partitions, 1, MEASURING)))
    return 1 if differences else 0
