"""HTTP for everybody: released texts, each for ever under its own address and in every form that was issued."""

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response

from parley.issued.attached import Attached
from parley.issued.forms import GIVEN, MADE, MEDIA, media_of, tag_of
from parley.issued.record import FORMS, recorded
from parley.kernel.clock import from_milliseconds
from parley.kernel.decider import Unknown
from parley.kernel.http import caught_up
from parley.kernel.problem import COMMAND_PROBLEMS
from parley.kernel.representations import preferred
from parley.kernel.service import Service
from parley.observers import queries
from parley.observers.answers import FOR_EVER, MOVING, link, made, told, told_json
from parley.observers.entries import DOCUMENTS, SUMMARIES
from parley.observers.http import PROBLEMS, Name
from parley.observers.queries import Released, address_of

_FIELDS = {"json": "document", "md": "markdown", "html": "html", "txt": "text"}
_canonical = msgspec.json.Encoder(order="deterministic")

TextName = Annotated[str, Path(max_length=128, description="the text's name")]
Version = Annotated[int, Path(ge=0, le=1_000_000)]


class Shelf(StrEnum):
    """Where released texts stand."""

    SUMMARIES = SUMMARIES
    DOCUMENTS = DOCUMENTS


class Form(StrEnum):
    """A form of a text, by the suffix of its address."""

    JSON = "json"
    MD = "md"
    HTML = "html"
    TXT = "txt"
    PDF = "pdf"
    AKN = "akn"


_NO_FONT: dict[int | str, dict[str, Any]] = {409: COMMAND_PROBLEMS[409]}


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["released texts"], prefix="/public/negotiations/{negotiation}", dependencies=[Depends(caught_up(service))])

    def released(negotiation: str, shelf: str, name: str, version: int) -> Released:
        with service.reading() as connection:
            found = queries.text(connection, negotiation, shelf, name, version)
        if found is None:
            raise Unknown
        return found

    @router.get("/{shelf}/{name}", summary="The versions of a text, each with its corrections", responses=PROBLEMS)
    def list_released_versions(negotiation: Name, shelf: Shelf, name: TextName, request: Request) -> Response:
        with service.reading() as connection:
            shown = queries.history(connection, negotiation, shelf, name)
        if shown is None:
            raise Unknown
        return told_json(request, shown, changed=_last_change(shown["versions"]))

    @router.get("/{shelf}/{name}/{version:int}", summary="A released text in the form that you prefer (`Accept`)", responses=PROBLEMS | GIVEN | _NO_FONT)
    def show_released_text(negotiation: Name, shelf: Shelf, name: TextName, version: Version, request: Request) -> Response:
        found = released(negotiation, shelf, name, version)
        forms = _forms(found)
        form = _by_media(preferred(request.headers.get("Accept", "*/*"), [media_of(one) for one in forms]))
        here = address_of(negotiation, shelf, name)
        links = [link(f"{here}/{version}.{one}", "alternate", type=media_of(one)) for one in forms if one != form]
        around = {"predecessor-version": found.before, "successor-version": found.after, "latest-version": found.latest}
        links += [link(f"{here}/{other}", rel) for rel, other in around.items() if other is not None]
        links += [link(here, "version-history"), link(f"{here}/{version}/corrections", "related")]
        return _issued(request, found, form, keep=MOVING, links=links, Vary="Accept")

    @router.get(
        "/{shelf}/{name}/{version:int}.{form}",
        summary="The same in the form of the suffix; kept for ever by every cache",
        responses=PROBLEMS | GIVEN | _NO_FONT,
    )
    def show_released_form(negotiation: Name, shelf: Shelf, name: TextName, version: Version, form: Form, request: Request) -> Response:
        found = released(negotiation, shelf, name, version)
        if form not in _forms(found):
            raise Unknown
        # What is kept for ever may only point to what never changes: the history knows of later versions and of corrections.
        here = address_of(negotiation, shelf, name)
        return _issued(request, found, form, keep=FOR_EVER, links=[link(here, "version-history"), link(f"{here}/{version}", "canonical")])

    @router.get("/{shelf}/{name}/{version:int}/corrections", summary="The corrections of a text; its own bytes stay as they are", responses=PROBLEMS)
    def list_released_corrections(negotiation: Name, shelf: Shelf, name: TextName, version: Version, request: Request) -> Response:
        found = released(negotiation, shelf, name, version)
        changed = max((one["released_at"] for one in found.corrections), default=None)
        return told_json(request, {"corrections": found.corrections}, changed=changed, links=[link(address_of(negotiation, shelf, name, version), "up")])

    @router.get("/{shelf}/{name}/{version:int}/statements", summary="What delegations have put beside a text in their own names", responses=PROBLEMS)
    def list_released_statements(negotiation: Name, shelf: Shelf, name: TextName, version: Version, request: Request) -> Response:
        released(negotiation, shelf, name, version)
        found = beside(negotiation, name, version) if shelf == SUMMARIES else Attached()
        changed = max((moment for one in found.statements for moment in (one.at, one.taken_back_at) if moment), default=None)
        return told_json(request, {"statements": found.statements}, changed=changed, links=[link(address_of(negotiation, shelf, name, version), "up")])

    @router.get("/summaries/{name}/{version:int}/record.{form}", summary="A summary with all that stands beside it", responses=PROBLEMS | GIVEN | _NO_FONT)
    def show_public_record(negotiation: Name, name: TextName, version: Version, form: str, request: Request) -> Response:
        said = msgspec.json.decode(released(negotiation, SUMMARIES, name, version).row.body)
        if form not in FORMS or not isinstance(said.get("document"), str):
            raise Unknown
        record = recorded(said, beside(negotiation, name, version), form)
        return told(request, record, FORMS[form], keep=MOVING, Content_Security_Policy="default-src 'none'; sandbox", X_Content_Type_Options="nosniff")

    @router.get("/summaries/{name}/{version:int}/reissues/{reissue:int}", summary="A summary as it was issued anew", responses=PROBLEMS)
    def show_released_reissue(negotiation: Name, name: TextName, version: Version, reissue: int, request: Request) -> Response:
        with service.reading() as connection:
            found = queries.reissue(connection, negotiation, name, version, reissue)
        if found is None:
            raise Unknown
        return told(request, str(found["document"]).encode(), MEDIA["json"], keep=FOR_EVER, Parley_Content_Hash=str(found["content_hash"]))

    def beside(negotiation: str, name: str, version: int) -> Attached:
        with service.reading() as connection:
            return queries.attached(connection, negotiation, name, version)

    return router


def _forms(found: Released) -> list[str]:
    said = msgspec.json.decode(found.row.body)
    if found.row.shelf != SUMMARIES:
        return ["json"]
    made_of_it = MADE if isinstance(said.get("document"), str) else ()
    return ["json", *(form for form, field in _FIELDS.items() if form != "json" and isinstance(said.get(field), str)), *made_of_it]


def _by_media(media: str) -> str:
    return next(form for form, one in MEDIA.items() if one.startswith(media))


def _issued(request: Request, found: Released, form: str, **said: Any) -> Response:
    policy = {"Content_Security_Policy": "default-src 'none'; sandbox", "X_Content_Type_Options": "nosniff", "Parley_Content_Hash": found.row.hash}
    kept = _kept(found, "json" if form in MADE else form)
    make = partial(MADE[form], kept) if form in MADE else lambda: kept
    return made(request, tag_of(form, kept), make, MEDIA[form], changed=from_milliseconds(found.row.at), **policy, **said)


def _kept(found: Released, form: str) -> bytes:
    """The bytes of a form as it was issued."""
    said = msgspec.json.decode(found.row.body)
    if found.row.shelf == SUMMARIES and isinstance(said.get(_FIELDS[form]), str):
        return str(said[_FIELDS[form]]).encode()
    return _canonical.encode({name: value for name, value in said.items() if found.row.shelf != SUMMARIES or name not in _FIELDS.values()})


def _last_change(versions: list[dict[str, Any]]) -> Any:
    return max(at for one in versions for at in (one["released_at"], *(correction["released_at"] for correction in one["corrections"])))
