"""Telemetry: traces, metrics and logs of the program, with numbers and names but never with a submission's text."""

import logging
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import msgspec
import structlog
from fastapi.telemetry import TelemetryConfig
from opentelemetry import metrics, trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Span, SpanKind, StatusCode
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
    if traceparent is None and _nobody_looks():
        yield trace.INVALID_SPAN  # and nobody sent a trace: making a span would take longer than deciding
        return
    with _span(f"command {kind}", _context_of(traceparent), SpanKind.SERVER, {"parley.kind": kind, "parley.lane": lane}) as span:
        yield span


def recorded_at(nanoseconds: int) -> None:
    """Say in the span of a command when what it decided was durable, in nanoseconds since 1970; what comes after is waiting for the view."""
    if (span := trace.get_current_span()).is_recording():
        span.add_event("recorded", timestamp=nanoseconds)


@contextmanager
def forwarding_span(method: str, route: str, traceparent: str | None) -> Iterator[Span]:
    """A span around a request that is forwarded, until its answer begins; no span where no collector is set.

    The route stands for the address, in which there may be whatever somebody typed.
    """
    if _nobody_looks():
        yield trace.INVALID_SPAN
        return
    with _span(f"{method} {route}", _context_of(traceparent), SpanKind.SERVER, {"http.request.method": method, "http.route": route}) as span:
        yield span


def answered_with(span: Span, status: int) -> None:
    """Say in a span with which status a request was answered."""
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_attribute("error.type", str(status))
        span.set_status(StatusCode.ERROR)


def _nobody_looks() -> bool:
    return isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def _context_of(traceparent: str | None) -> Context | None:
    return _W3C.extract({"traceparent": traceparent}) if traceparent else None


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
    context = _context_of(traceparent)
    token = attach(context) if context is not None else None
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


@dataclass(frozen=True)
class Sending:
    """A fact on its way to Kafka: as it is to be sent, with the span of its sending as its parent, which ends when Kafka has acknowledged it."""

    fact: Recorded
    _span: Span

    def until(self, future: Any) -> None:
        """End the span with the producer's future: at the acknowledgement, or when it failed."""
        if self._span.is_recording():
            future.add_callback(self._acknowledged)
            future.add_errback(self.failed)

    def _acknowledged(self, where: Any) -> None:
        self._span.set_attribute("messaging.kafka.offset", where.offset)
        self._span.end()

    def failed(self, fault: BaseException) -> None:
        """End the span with the type of what went wrong."""
        self._span.set_attribute("error.type", type(fault).__name__)
        self._span.set_status(StatusCode.ERROR)
        self._span.end()


def sending(topic: str, fact: Recorded) -> Sending:
    """Begin to send a fact to Kafka, in the trace of its command."""
    if fact.trace is None:
        return Sending(fact, trace.INVALID_SPAN)
    said = _said_of("send", topic, fact)
    span = _tracer.start_span(f"send {topic}", _context_of(fact.trace), SpanKind.PRODUCER, said)
    return Sending(_under(span, fact), span)


@contextmanager
def processing_span(topic: str, fact: Recorded) -> Iterator[Recorded]:
    """A span around taking a fact from Kafka into a view, in the trace of its command; the fact with the span as its parent."""
    if fact.trace is None:
        yield fact
        return
    with _span(f"process {topic}", _context_of(fact.trace), SpanKind.CONSUMER, _said_of("process", topic, fact)) as span:
        yield _under(span, fact)


def delivered(what: str, lane: str, traceparent: str) -> None:
    """Say in the trace of a command that what came of it is on its way to readers; one span however many they are."""
    _tracer.start_span(f"deliver {what}", _context_of(traceparent), SpanKind.PRODUCER, attributes={"parley.lane": lane}).end()


def _said_of(operation: str, topic: str, fact: Recorded) -> dict[str, str]:
    # Names from the messaging conventions of OpenTelemetry, which are still in development; they and the offset stand in this file alone.
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": topic,
        "messaging.kafka.message.key": fact.lane,
        "parley.fact": fact.type,
    }


def _under(span: Span, fact: Recorded) -> Recorded:
    return msgspec.structs.replace(fact, trace=traceparent_of(span) or fact.trace)
