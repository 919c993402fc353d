"""The observers service as a part of a process."""

from fastapi import APIRouter

from parley.kernel.process import Part
from parley.kernel.service import Service
from parley.observers import http, http_stream, http_texts
from parley.observers.facts import CATALOGUE
from parley.observers.view import view


def routes(service: Service) -> APIRouter:
    """All routes of the service; none of them asks who calls."""
    router = APIRouter()
    for subject in (http, http_stream, http_texts):
        router.include_router(subject.routes(service))
    return router


PART = Part(CATALOGUE, view, routes)
