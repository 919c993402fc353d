"""Telemetry: traces, metrics and logs of the program, with numbers and names but never with a submission's text."""

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import msgspec
import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from parley.kernel.log import Recorded

_W3C = TraceContextTextMapPropagator()
REST_SECONDS = 1.0
_tracer = trace.get_tracer("parley")
_meter = metrics.get_meter("parley")

OUR_OWN_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's spans would hold every address and query as it was sent, and its logs every fault's message."""

commands = _meter.create_counter("parley.commands", unit="{command}", description="commands by service, kind and outcome")
command_seconds = _meter.create_histogram("parley.command.duration", unit="s", description="from the call to the reader's view")


@contextmanager
def command_span(kind: str, lane: str, traceparent: str | None) -> Iterator[Span]:
    """A span around one command, as the current one; it continues the caller's trace where one was sent."""
    if traceparent is None and isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield trace.INVALID_SPAN  # nobody looks, nobody sent a trace: making a span would take longer than deciding
        return
    context = _W3C.extract({"traceparent": traceparent}) if traceparent else None
    with _span(f"command {kind}", context, SpanKind.SERVER, {"parley.kind": kind, "parley.lane": lane}) as span:
        yield span


@contextmanager
def _span(name: str, context: Context | None, kind: SpanKind, said: dict[str, str]) -> Iterator[Span]:
    """The current span. What fails in it is named by its type: a message may hold a submission's text."""
    with _tracer.start_as_current_span(name, context, kind, said, record_exception=False, set_status_on_exception=False) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            raise


@contextmanager
def continued(traceparent: str | None) -> Iterator[None]:
    """What is logged in here carries the caller's trace id, where one was sent."""
    token = attach(_W3C.extract({"traceparent": traceparent})) if traceparent else None
    try:
        yield
    finally:
        if token is not None:
            detach(token)


def traceparent_of(span: Span) -> str | None:
    """The W3C traceparent of a span that is recorded somewhere; None where nothing is."""
    if not span.get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _W3C.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent")


def set_up(service: str, endpoint: str, level: str) -> None:
    """Send traces and metrics to a collector where one is set, and write logs as JSON lines with the trace's id."""
    log_to(json_handler(), level)
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


def send_rest(seconds: float = REST_SECONDS) -> None:
    """Send what was not sent yet, and wait no longer for a collector than this. Blocking."""

    def sent() -> None:
        for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
            if flush := getattr(provider, "force_flush", None):  # where no collector is set, there is nothing to send
                flush()

    sending = threading.Thread(target=sent, name="last telemetry", daemon=True)
    sending.start()
    sending.join(seconds)


def log_to(handler: logging.Handler, level: str) -> None:
    """Write the log through one handler, at a level of `logging`.

    The level is that of our own lines. Others' are heard from warnings on: what they say below that shows rows, messages and headers as they are.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler], force=True)
    logging.getLogger("parley").setLevel(level.upper())


def json_handler() -> logging.StreamHandler[Any]:
    """Log lines as JSON, each with its trace's id; faults by type and place alone."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
        _first_line,
    ]
    faults = structlog.processors.ExceptionRenderer(place_of)
    render: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, faults, structlog.processors.JSONRenderer()]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=render))
    return handler


def without_text(error: Exception) -> Exception:
    """The fault with its place but without its message, which may hold a submission's text."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


def place_of(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> list[str]:
    """A fault as `sys.exc_info()` gives it, as the log may have it: types and places, without messages and variables, which hold submissions' texts."""
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        told.append(type(error).__name__)
        told += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def _with_trace(_: object, __: str, event: Any) -> Any:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
    return event


def _first_line(_: object, __: str, event: Any) -> Any:
    # What asyncio says of a task that nobody waited for goes on with the task's repr, and that with the message of its fault.
    if event.get("logger") == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0]
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
    with _span(f"{operation} {topic}", _W3C.extract({"traceparent": fact.trace}), kind, said) as span:
        yield msgspec.structs.replace(fact, trace=traceparent_of(span) or fact.trace)
