"""Telemetry: traces, metrics and logs of the program, with numbers and names but never with a submission's text."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import structlog
import structlog.tracebacks
from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from parley.kernel.log import Recorded

_W3C = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("parley")
_meter = metrics.get_meter("parley")

commands = _meter.create_counter("parley.commands", unit="{command}", description="commands by service, kind and outcome")
command_seconds = _meter.create_histogram("parley.command.duration", unit="s", description="from the call to the reader's view")


def command_span(kind: str, lane: str, traceparent: str | None) -> Any:
    """A span around one command, as the current one; it continues the caller's trace where one was sent."""
    context = _W3C.extract({"traceparent": traceparent}) if traceparent else None
    return _tracer.start_as_current_span(f"command {kind}", context, SpanKind.SERVER, attributes={"parley.kind": kind, "parley.lane": lane})


def traceparent_of(span: Span) -> str | None:
    """The W3C traceparent of a span that is recorded somewhere; None where nothing is."""
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent")


def set_up(service: str, endpoint: str, level: str) -> None:
    """Send traces and metrics to a collector where one is set, and write logs as JSON lines with the trace's id."""
    logging.basicConfig(level=level.upper(), format="%(message)s", handlers=[_json_handler()], force=True)
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415  (only who exports pays for the import)
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": f"parley-{service}"})
    tracing = TracerProvider(resource=resource)
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")))
    trace.set_tracer_provider(tracing)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{endpoint}/v1/metrics"))
    metrics.set_meter_provider(MeterProvider(metric_readers=[reader], resource=resource))


def _json_handler() -> logging.Handler:
    shared: list[Any] = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, structlog.processors.TimeStamper(fmt="iso", utc=True), _with_trace]
    # Local variables stay out of tracebacks: they hold submissions' texts.
    tracebacks = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    render: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, tracebacks, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    return handler


def _with_trace(_: object, __: str, event: Any) -> Any:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


@contextmanager
def sending_span(topic: str, fact: Recorded) -> Iterator[Recorded]:
    """A span around handing a fact to Kafka, in the trace of its command; the fact as it is to be sent, with the span as its parent."""
    with _message_span("send", topic, fact, SpanKind.PRODUCER) as traced:
        yield traced


@contextmanager
def processing_span(topic: str, fact: Recorded) -> Iterator[Recorded]:
    """A span around taking a fact from Kafka into a view, in the trace of its command; the fact with the span as its parent."""
    with _message_span("process", topic, fact, SpanKind.CONSUMER) as traced:
        yield traced


def delivered(what: str, lane: str, traceparent: str) -> None:
    """Say in the trace of a command that what came of it is on its way to readers; one span however many they are."""
    context = _W3C.extract({"traceparent": traceparent})
    _tracer.start_span(f"deliver {what}", context, SpanKind.PRODUCER, attributes={"parley.lane": lane}).end()


@contextmanager
def _message_span(operation: str, topic: str, fact: Recorded, kind: SpanKind) -> Iterator[Recorded]:
    if fact.trace is None:
        yield fact
        return
    # Names from the messaging conventions of OpenTelemetry, which are still in development; they stand here alone.
    said = {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
        "messaging.kafka.message.key": fact.lane,
        "parley.fact": fact.type,
    }
    with _tracer.start_as_current_span(f"{operation} {topic}", _W3C.extract({"traceparent": fact.trace}), kind, attributes=said) as span:
        yield msgspec.structs.replace(fact, trace=traceparent_of(span) or fact.trace)
