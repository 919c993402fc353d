"""The delegations service as a part of a process."""

from fastapi import APIRouter

from parley.delegations import http_access, http_negotiation, http_principle, http_roster
from parley.delegations.facts import CATALOGUE
from parley.delegations.view import view
from parley.kernel.process import Part
from parley.kernel.service import Service


def routes(service: Service) -> list[APIRouter]:
    """The routes of the service, a router for each subject."""
    return [subject.routes(service) for subject in (http_negotiation, http_access, http_roster, http_principle)]


PART = Part(CATALOGUE, view, routes)
