"""Structured logs on standard error: one event a line, with its trace."""

import logging
import sys
from typing import Literal, cast

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from servicekit import tracing

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logs(
    service: str, level: str = "info", log_format: Literal["json", "console"] = "json"
) -> None:
    """Send this process's logs to standard error, libraries' warnings included."""

    def add_context(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["service"] = service
        if trace := tracing.current():
            event["trace_id"] = trace.trace_id
        return event

    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_context,
    ]
    final: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if log_format == "json"
        # The renderer's own tracebacks would print local variables, which may be anything.
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    structlog.configure(
        processors=[*shared, *final],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *final],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(_LEVELS[level], logging.WARNING))


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger whose lines carry ``component=name``; call ``log.info("snake_case_event", …)``."""
    return cast(FilteringBoundLogger, structlog.get_logger(component=name))
