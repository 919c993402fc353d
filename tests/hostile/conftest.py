"""Everything that the program tells of itself, caught: log lines as the operator gets them, spans, and metrics."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from parley.kernel.telemetry import json_handler, log_to

_SPANS, _METRICS = InMemorySpanExporter(), InMemoryMetricReader()


@dataclass
class Told:
    """What was told while a test ran."""

    lines: io.StringIO = field(default_factory=io.StringIO)

    @property
    def log(self) -> str:
        return self.lines.getvalue()

    @property
    def spans(self) -> str:
        return "\n".join(span.to_json() for span in _SPANS.get_finished_spans())

    @property
    def metrics(self) -> str:
        told = _METRICS.get_metrics_data()
        return told.to_json() if told is not None else ""


@pytest.fixture(scope="session")
def _providers() -> None:
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(_SPANS))
    trace.set_tracer_provider(tracing)
    metrics.set_meter_provider(MeterProvider(metric_readers=[_METRICS]))


@pytest.fixture
def told(_providers: None) -> Iterator[Told]:
    """The log at its most talkative level, through the handler that writes it for the operator."""
    caught = Told()
    handler = json_handler()
    handler.setStream(caught.lines)
    root, ours = logging.getLogger(), logging.getLogger("parley")
    before = root.level, ours.level, list(root.handlers)
    log_to(handler, "debug")
    _SPANS.clear()
    yield caught
    root.setLevel(before[0])
    ours.setLevel(before[1])
    root.handlers[:] = before[2]
