"""Where the time goes between a command, its answer and an observer's stream, hop by hop, from the traces that the services send.

`make bench` runs it. All parts run on one machine, so their clocks are one. Tracing costs: what is seen here is not held against Kafka's own tool.
"""

import asyncio
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

from cluster_at_work import cluster_of
from kafka_path import SERVICES, WARM, Seen, announced, load, opened, quantile
from tests.scaled.collector import Collector, Span

LAST = "deliver public entry"
ORDER = ("command negotiation", "send parley.public", "process parley.public", LAST)
WAIT_SECONDS = 60

Moment = Callable[[Seen, Sequence[Span]], int]
SENT: Moment = lambda seen, _: seen.sent  # noqa: E731  (the moments stand in one list)
# Each hop ends where the next one begins, so their sum is the whole for every command, and nothing can be left out.
TO_THE_RECORD: list[tuple[str, Moment]] = [
    ("client until the gateway has it", lambda _, spans: spans[0].began),
    ("gateway until the command begins", lambda _, spans: spans[1].began),
    ("decide, until durable", lambda _, spans: spans[1].events["recorded"]),
]
TO_THE_ANSWER = [
    *TO_THE_RECORD,
    ("durable until in the own view", lambda _, spans: spans[1].ended),
    ("back to the gateway", lambda _, spans: spans[0].ended),
    ("gateway until the client has the 201", lambda seen, _: seen.answered),
]
TO_THE_STREAM = [
    *TO_THE_RECORD,
    ("durable until the relay sends", lambda _, spans: spans[2].began),
    ("relay sends until Kafka acknowledged", lambda _, spans: spans[2].ended),
    ("acknowledged until the agent has it", lambda _, spans: spans[3].began),
    ("agent until the view's transaction ended", lambda _, spans: spans[3].ended),
    ("view until the frame is with the streams", lambda _, spans: spans[4].began),
    ("frame until the client has it", lambda seen, _: seen.came),
]


def chain(spans: Sequence[Span]) -> list[Span]:
    """Gateway, command, send, process, deliver of one trace, each the parent of the next; shorter where one of them is missing."""
    by_id = {span.id: span for span in spans}
    last = next((span for span in spans if span.name == LAST), None)
    found: list[Span] = []
    while last is not None:
        found.append(last)
        last = by_id.get(last.parent)
    return found[::-1]


def whole(spans: Sequence[Span]) -> bool:
    """Whether a chain has all five spans and the moment of recording."""
    return len(spans) == 5 and spans[0].service == "parley-gateway" and tuple(span.name for span in spans[1:]) == ORDER and "recorded" in spans[1].events


def chains(seen: Sequence[Seen], collector: Collector) -> list[list[Span]]:
    """The spans of every command, in order.

    Raises:
        RuntimeError: some did not come whole; with the names of what came of the first of them.
    """
    until = time.monotonic() + WAIT_SECONDS
    while True:
        traces: dict[str, list[Span]] = {}
        for span in list(collector.spans):
            traces.setdefault(span.trace, []).append(span)
        found = [chain(traces.get(one.trace, [])) for one in seen]
        missing = [n for n, spans in enumerate(found) if not whole(spans)]
        if not missing:
            return found
        if time.monotonic() > until:
            came = sorted(f"{span.service}: {span.name}" for span in traces.get(seen[missing[0]].trace, []))
            raise RuntimeError(f"{len(missing)} of {len(seen)} traces did not come whole; of the first there came {came}")
        time.sleep(0.5)


def table(title: str, hops: Sequence[tuple[str, Moment]], seen: Sequence[Seen], found: Sequence[Sequence[Span]]) -> list[str]:
    """A line for each hop, then what they come to beside the whole."""
    took: dict[str, list[float]] = {name: [] for name, _ in hops}
    for one, spans in zip(seen, found, strict=True):
        before = SENT(one, spans)
        for name, ends in hops:
            took[name].append((ends(one, spans) - before) / 1e9)
            before = ends(one, spans)
    together = [sum(each) for each in zip(*took.values(), strict=True)]
    lines = [f"{title:44} {'p50 ms':>8} {'p99 ms':>8}"]
    lines += [f"{name:44} {quantile(each, 0.5):8.1f} {quantile(each, 0.99):8.1f}" for name, each in took.items()]
    lines.append(f"{'whole':44} {quantile(together, 0.5):8.1f} {quantile(together, 0.99):8.1f}")
    return [*lines, f"{'(the medians of the hops together)':44} {sum(median(each) for each in took.values()) * 1e3:8.1f}"]


def main() -> None:
    """Print two tables: to the answer, and to the observer's stream. They part once the command is durable."""
    collector = Collector()
    with cluster_of(*SERVICES) as cluster:
        cluster.more = {"PARLEY_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "1000"}
        cluster.up()
        token = asyncio.run(opened(cluster, cluster.invite()))
        seen = asyncio.run(announced(cluster, token, 0, traced=True))
        found = chains(seen, collector)
    collector.close()
    sys.stdout.write(f"{len(seen)} commands one after the other, after {WARM} that warm; load average {load()}\n\n")
    sys.stdout.write("\n".join([*table("to the answer", TO_THE_ANSWER, seen, found), "", *table("to the stream", TO_THE_STREAM, seen, found), ""]))
    sys.stdout.write("What is below zero: an agent may have a message before its sender has heard that Kafka has it.\n")


if __name__ == "__main__":
    main()
