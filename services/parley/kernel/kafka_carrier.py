"""The carrier on Kafka: what a service needs beside its own process when the services are many, and the order in which it starts and ends."""

import asyncio
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Self

from opentelemetry import metrics

from parley.kernel.clock import system_clock
from parley.kernel.kafka_agents import Agents
from parley.kernel.kafka_intake import Intake
from parley.kernel.kafka_measures import Measures
from parley.kernel.kafka_relay import Relay
from parley.kernel.kafka_topics import PUBLIC_TOPIC, Kafka, topic_of
from parley.kernel.measures import Gauge, minute_before
from parley.kernel.parking import Parking
from parley.kernel.peers import Peers, shared_word
from parley.kernel.process import Process
from parley.kernel.service import Service
from parley.kernel.shared_views import Neighbours


class Carrier:
    """One service's relay, agents and neighbours, as long as it is entered.

    Args:
        process: the process of the one service; it is entered before this and ends after it.
        kafka: where facts go to and come from.
        peers: where the other services are, for what does not come.
    """

    def __init__(self, process: Process, kafka: Kafka, peers: Mapping[str, str]) -> None:
        self.service: Service
        (self.service,) = process.services.values()
        projection, database = self.service.projection, process.database
        view = projection.view
        self.parking = Parking(database, view.name, kafka)
        self.peers = Peers(peers, shared_word(self.service.secret))
        self.intake = Intake(projection, self.parking, self.peers, process.stopping.is_set)
        (part,) = process.parts
        self.relay = Relay(database, self.service.name, kafka, process.log) if part.catalogue.types else None  # some services only follow
        self.neighbours = Neighbours(database, view.name, projection)
        topics = [PUBLIC_TOPIC] if view.public_only else [topic_of(source) for source in sorted(view.sources - {self.service.name})]
        self.agents = Agents(f"parley-{view.name}-v{view.form}-{projection.built}", kafka, topics, self.intake) if topics else None
        self.measures = Measures(self.service.name, kafka, topics, part.measuring.measure) if part.measuring else None
        self.parts = process.parts
        self._process = process

    async def __aenter__(self) -> Self:
        """Begin to publish, to listen and to take in. Kafka need not be there."""
        self.neighbours.start()
        if self.relay:
            self.relay.start()
        if self.agents:
            await self.agents.__aenter__()
        if self.measures:
            await self.measures.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End in order: take in no more, publish no more."""
        # Both at once: Faust may take its time when the group is being shared out anew just then.
        await asyncio.gather(*(one.__aexit__() for one in (self.measures, self.agents) if one))
        if self.relay:
            await asyncio.to_thread(self.relay.close)
        await asyncio.to_thread(self.neighbours.close)
        await asyncio.to_thread(self.parking.close)
        self.peers.close()

    def seen(self) -> dict[str, Any]:
        """How it stands: for readiness, `parley top` and the metrics."""
        position, active = self._process.log.position(), bool(self.relay and self.relay.active)
        return {
            "recorded": position,
            "relay": {"active": active, "lag": position - self.relay.published_to if self.relay and active else None},
            "partitions": self.agents.assigned if self.agents else 0,
            "parked": len(self.parking.lanes()),
        }


def measured(carrier: Carrier) -> None:
    """Offer how a carrier stands as metrics."""
    meter, name = metrics.get_meter("parley"), {"parley.service": carrier.service.name, "parley.view": carrier.service.name}

    def lag(_: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
        behind = carrier.seen()["relay"]["lag"]
        if behind is not None:
            yield metrics.Observation(behind, name)

    def parked(_: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
        yield metrics.Observation(len(carrier.parking.lanes()), name)

    def intake(_: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
        yield metrics.Observation(carrier.intake.lag, name)

    meter.create_observable_gauge(
        "parley.intake.lag", [intake], unit="{fact}", description="facts of other records that this view has not, as of the last look"
    )
    meter.create_observable_gauge("parley.relay.lag", [lag], unit="{fact}", description="facts recorded and not yet published")
    meter.create_observable_gauge("parley.parked", [parked], unit="{lane}", description="lanes that stand still in a view")
    (part,) = carrier.parts
    if carrier.measures and part.measuring:
        for gauge in part.measuring.gauges:
            meter.create_observable_gauge(gauge.name, [partial(_observed, carrier.measures, gauge)], unit=gauge.unit, description=gauge.description)


def _observed(measures: Measures, gauge: Gauge, _: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
    for value, of in gauge.read(measures.counts().seen, minute_before(system_clock())):
        yield metrics.Observation(value, of)
