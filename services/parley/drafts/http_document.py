"""HTTP for documents: tabled, their windows, their versions, and what changed between two of them."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from parley import text as engine
from parley.drafts import numbered, queries, queries_redline
from parley.drafts.forms import ClauseMark, Closing, Deadline, Edit, Making, Tabling
from parley.drafts.rules import DOCUMENTS
from parley.drafts.rules_chair import CloseWindow, DropEdit, EditClause, OpenWindow, TableDocument
from parley.drafts.rules_clauses import ClosePackage, MarkClauses
from parley.drafts.rules_versions import MakeVersion, ReleaseVersion
from parley.kernel.decider import Unknown
from parley.kernel.http import Call, answer, calls, shown
from parley.kernel.problem import COMMAND_PROBLEMS, QUERY_PROBLEMS, NotSignedIn
from parley.kernel.service import Service
from parley.protocol.standing import Actor, identify

FOR_EVER = "private, max-age=31536000, immutable"
Name = Annotated[str, Path(max_length=64, description="the document's name")]
Number = Annotated[int, Path(ge=0, le=1_000_000, description="the version's number; 0 is the zero draft")]


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["documents"], prefix="/negotiations/{negotiation}/documents")
    caller = Annotated[Call[Actor], Depends(calls(service, identify))]

    @router.post("", status_code=201, summary="Table a document", responses=COMMAND_PROBLEMS)
    async def table_document(body: Tabling, call: caller) -> Response:
        name = body.document or call.new_identity()
        clauses, standing = body.made(), await service.known("standing", call.lane)
        request = call.asks(
            DOCUMENTS,
            f"{call.lane}/{name}",
            lambda at, _: TableDocument(
                call.actor, at, standing, f"{call.lane}/{name}", body.title, clauses, marking=body.marking, audience=tuple(body.audience)
            ),
        )
        return answer(service, await service.submit(request), {"document": name}, location=address(call, name))

    @router.get("", summary="The documents that you may read", responses=QUERY_PROBLEMS)
    async def list_documents(call: caller) -> Response:
        reader(call)
        return shown(service, call.lane, {"documents": await service.ask(queries.documents, call.lane, call.actor)})

    @router.get("/{document}", summary="One document, its versions and how its amendments stand", responses=QUERY_PROBLEMS)
    async def show_document(document: Name, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries.document, f"{call.lane}/{document}", call.actor)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found, found["stream_version"])

    @router.post("/{document}/window", status_code=201, summary="Take amendments until a time", responses=COMMAND_PROBLEMS)
    async def open_window(document: Name, body: Deadline, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: OpenWindow(call.actor, at, standing, body.closes_at))
        return answer(service, await service.submit(request), {"document": document, "closes_at": body.closes_at})

    @router.post("/{document}/window/close", status_code=201, summary="Close the window before its time", responses=COMMAND_PROBLEMS)
    async def close_window(document: Name, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: CloseWindow(call.actor, at, standing))
        return answer(service, await service.submit(request), {"document": document})

    @router.post("/{document}/edits", status_code=201, summary="Make an editorial change", responses=COMMAND_PROBLEMS)
    async def edit_clause(document: Name, body: Edit, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        identity = f"{call.lane}/{document}"
        receipt = await service.submit(call.asks(DOCUMENTS, identity, lambda at, _: EditClause(call.actor, at, standing, **body.model_dump())))
        return answer(service, receipt, {"document": document, "edit": await service.ask(queries.edit_of, identity, receipt.version)})

    @router.delete("/{document}/edits/{edit}", status_code=201, summary="Take an editorial change back", responses=COMMAND_PROBLEMS)
    async def drop_edit(document: Name, edit: Annotated[str, Path(max_length=16)], call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: DropEdit(call.actor, at, standing, edit))
        return answer(service, await service.submit(request), {"document": document, "edit": edit})

    @router.post("/{document}/marks", status_code=201, summary="Mark clauses as agreed ad referendum, parked or open", responses=COMMAND_PROBLEMS)
    async def mark_clauses(document: Name, body: ClauseMark, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        fields = body.model_dump() | {"clauses": tuple(body.clauses)}
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: MarkClauses(call.actor, at, standing, **fields))
        return answer(service, await service.submit(request), {"document": document, "version": body.version, "state": body.state})

    @router.post("/{document}/close", status_code=201, summary="Close the package: the whole text is agreed", responses=COMMAND_PROBLEMS)
    async def close_package(document: Name, body: Closing, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: ClosePackage(call.actor, at, standing, body.version))
        return answer(service, await service.submit(request), {"document": document, "version": body.version})

    @router.post("/{document}/versions", status_code=201, summary="Make the next version from what is accepted", responses=COMMAND_PROBLEMS)
    async def make_version(document: Name, body: Making, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        identity, number = f"{call.lane}/{document}", body.supersedes + 1
        request = call.asks(
            DOCUMENTS,
            identity,
            lambda at, _: MakeVersion(call.actor, at, standing, supersedes=body.supersedes, order=tuple(body.order), renumber=body.renumber),
            seen=True,
        )
        receipt = await service.submit(request)
        made = await service.ask(queries.fates, identity, number, call.actor) or {}
        return answer(service, receipt, {"document": document, **made}, location=f"{address(call, document)}/versions/{number}")

    @router.get("/{document}/versions/{version}", summary="One version: as JSON, Markdown or HTML", responses=QUERY_PROBLEMS)
    async def show_version(document: Name, version: Number, call: caller, request: Request) -> Response:
        reader(call)
        found = await service.ask(queries.version, f"{call.lane}/{document}", version, call.actor)
        if found is None:
            raise Unknown
        headers = {"ETag": f'"{found["version_hash"]}"', "Cache-Control": FOR_EVER, "Vary": "Accept, Authorization, Cookie"}
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        wanted = rendering(request)
        text = engine.Version(msgspec.convert(found["clauses"], tuple[engine.Clause, ...]))
        if wanted == "json":
            return shown(service, call.lane, found | {"lines": numbered.lines_of(text)}, headers=headers)
        answered = shown(service, call.lane, None, headers=headers)
        return page(answered, numbered.as_html(text)) if wanted == "html" else rendered(answered, wanted, engine.redline(text, text), found["title"])

    @router.get("/{document}/versions/{version}/fates", summary="What a version made of the amendments", responses=QUERY_PROBLEMS)
    async def show_fates(document: Name, version: Number, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries.fates, f"{call.lane}/{document}", version, call.actor)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    @router.get("/{document}/versions/{version}/authors", summary="Who proposed the words of a version", responses=QUERY_PROBLEMS)
    async def show_authors(document: Name, version: Number, call: caller) -> Response:
        reader(call)
        found = await service.ask(queries.authors, f"{call.lane}/{document}", version, call.actor)
        if found is None:
            raise Unknown
        return shown(service, call.lane, found)

    @router.post("/{document}/versions/{version}/release", status_code=201, summary="Give a version to everybody", responses=COMMAND_PROBLEMS)
    async def release_version(document: Name, version: Number, call: caller) -> Response:
        standing = await service.known("standing", call.lane)
        request = call.asks(DOCUMENTS, f"{call.lane}/{document}", lambda at, _: ReleaseVersion(call.actor, at, standing, version))
        return answer(service, await service.submit(request), {"document": document, "version": version})

    @router.get("/{document}/redline", summary="What changed between two versions", responses=QUERY_PROBLEMS)
    async def compare(
        document: Name,
        call: caller,
        request: Request,
        before: Annotated[int, Query(ge=0, le=1_000_000)],
        after: Annotated[int, Query(ge=0, le=1_000_000)],
        *,
        whole: Annotated[bool, Query(description="also the clauses that did not change")] = False,
    ) -> Response:
        reader(call)
        identity = f"{call.lane}/{document}"
        found = await service.ask(queries_redline.redline, identity, before, after, call.actor)
        if found is None:
            raise Unknown
        old, new, redline = found
        if not whole:
            redline = engine.Redline(tuple(row for row in redline.rows if row.change != "kept"))
        # Who proposed what is for some readers only, and more of it may be loosened later; the words stay for ever.
        headers = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization, Cookie"}
        wanted = rendering(request)
        body: dict[str, Any] = {"before": before, "after": after, "before_hash": old.root, "after_hash": new.root}
        if wanted == "json":
            return shown(service, call.lane, body | {"rows": engine.as_data(redline)}, headers=headers)
        return rendered(shown(service, call.lane, None, headers=headers), wanted, redline, document)

    return router


def address(call: Call[Actor], document: str) -> str:
    """Where a document is found."""
    return f"/api/v1/negotiations/{call.lane}/documents/{document}"


def reader(call: Call[Actor]) -> None:
    """Refuse those who may read no document at all."""
    if not call.signed_in:
        raise NotSignedIn
    if not call.actor.may("document.read"):
        raise Unknown


def rendering(request: Request) -> str:
    """The form that the caller would rather have: html, markdown or, unless one of these is named, json."""
    accepted = request.headers.get("Accept", "")
    for part in accepted.split(","):
        form = {"text/html": "html", "text/markdown": "markdown", "application/json": "json"}.get(part.partition(";")[0].strip().lower())
        if form:
            return form
    return "json"


def rendered(answered: Response, form: str, redline: engine.Redline, title: str) -> Response:
    """The same answer with a redline as its body, as HTML or as Markdown."""
    if form == "html":
        return page(answered, engine.as_html(redline))
    return _with_body(answered, f"# {title}\n\n{engine.as_markdown(redline)}\n", "text/markdown; charset=utf-8")


def page(answered: Response, clauses: str) -> Response:
    """The same answer with clauses as its body, as HTML."""
    return _with_body(answered, f'<article class="redline">\n{clauses}\n</article>\n', "text/html; charset=utf-8")


def _with_body(answered: Response, body: str, kind: str) -> Response:
    headers = {name: value for name, value in answered.headers.items() if name not in {"content-type", "content-length"}}
    return Response(body, 200, headers, media_type=kind)
