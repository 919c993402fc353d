"""HTTP for everybody: negotiations and their public record as JSON and Atom. Nobody signs in, so nothing depends on who asks."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from parley.kernel.decider import Unknown
from parley.kernel.http import caught_up
from parley.kernel.problem import QUERY_PROBLEMS
from parley.kernel.service import Service
from parley.observers import queries
from parley.observers.answers import FULL_PAGE, MOVING, cursor_of, link, number_of, place_of, told, told_json
from parley.observers.feed import feed_of
from parley.observers.queries import ROOT, address_of

PROBLEMS: dict[int | str, dict[str, Any]] = {status: said for status, said in QUERY_PROBLEMS.items() if status in (400, 404, 422, 500, 503)}
Name = Annotated[str, Path(max_length=64, description="a negotiation's name")]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=300, description="where to go on, as the page before gave it")]
IN_THE_FEED = 50


def routes(service: Service) -> APIRouter:
    """The routes of this subject."""
    router = APIRouter(tags=["public record"], prefix="/public/negotiations", dependencies=[Depends(caught_up(service))])

    @router.get("", summary="The negotiations of which something is public", responses=PROBLEMS)
    def list_public_negotiations(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
        with service.reading() as connection:
            found = queries.negotiations(connection, None if cursor is None else place_of(cursor, "negotiations"), limit + 1)
        if found is None:
            raise Unknown
        page, links, following = found[:limit], [], None
        if len(found) > limit:
            following = cursor_of("negotiations", page[-1]["negotiation"])
            links.append(link(f"{ROOT}?limit={limit}&cursor={following}", "next"))
        return told_json(request, {"negotiations": page, "next": following}, links=links, changed=max((one["changed_at"] for one in page), default=None))

    @router.get("/{negotiation}", summary="What is public of a negotiation: themes, deadlines, released texts", responses=PROBLEMS)
    def show_public_negotiation(negotiation: Name, request: Request) -> Response:
        with service.reading() as connection:
            shown = queries.negotiation(connection, negotiation)
        if shown is None:
            raise Unknown
        feed = link(address_of(negotiation, "feed.atom"), "alternate", type="application/atom+xml")
        return told_json(request, shown, links=[feed], changed=shown["changed_at"])

    @router.get("/{negotiation}/record", summary="The public record, entry by entry", responses=PROBLEMS)
    def list_public_record(
        negotiation: Name,
        request: Request,
        limit: Limit = 100,
        cursor: Cursor = None,
        order: Annotated[Literal["oldest", "newest"], Query(description="which entries come first")] = "oldest",
    ) -> Response:
        here = None if cursor is None else number_of(cursor, order, negotiation)
        with service.reading() as connection:
            if queries.last(connection, negotiation) is None:
                raise Unknown
            if order == "oldest":
                found = queries.entries(connection, negotiation, here or 0, limit + 1)
            else:
                found = queries.entries_before(connection, negotiation, here, limit + 1)
        page, more = found[:limit], len(found) > limit
        shown: dict[str, Any] = {"entries": page, "next": cursor_of(order, negotiation, page[-1]["seq"]) if more else None}
        links = [link(f"{address_of(negotiation, 'record')}?order={order}&limit={limit}&cursor={shown['next']}", "next")] if more else []
        # A page that is full and has a place of its own stays as it is: entries are never changed, and new ones are not among them.
        settled = more and (order == "oldest" or cursor is not None)
        return told_json(request, shown, links=links, keep=FULL_PAGE if settled else MOVING, changed=max((one["at"] for one in page), default=None))

    @router.get(
        "/{negotiation}/feed.atom",
        summary="The newest entries as an Atom feed",
        responses=PROBLEMS | {200: {"description": "An Atom feed (RFC 4287).", "content": {"application/atom+xml": {}}}},
    )
    def show_feed(negotiation: Name, request: Request) -> Response:
        with service.reading() as connection:
            about = queries.negotiation(connection, negotiation)
            newest = queries.entries_before(connection, negotiation, None, IN_THE_FEED)
            texts = queries.texts_of(connection, negotiation, [one["seq"] for one in newest])
        if about is None:
            raise Unknown
        return told(request, feed_of(about, newest, texts), "application/atom+xml", changed=about["changed_at"])

    return router
