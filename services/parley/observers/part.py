"""The observers service as a part of a process."""

from fastapi import APIRouter

from parley.kernel.process import Part
from parley.kernel.service import Service
from parley.observers import http, http_stream, http_texts
from parley.observers.facts import CATALOGUE
from parley.observers.view import view


def routes(service: Service) -> list[APIRouter]:
    """The routes of the service, a router for each subject; none of them asks who calls."""
    return [subject.routes(service) for subject in (http, http_stream, http_texts)]


PART = Part(CATALOGUE, view, routes)
