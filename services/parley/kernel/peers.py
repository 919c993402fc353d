"""Peers: how a service gets from another one's record what did not come to it, and what it offers the others.

Public facts are given to everybody who asks, as they are in the public topic; private ones only to who has the word that the services share.
"""

import hmac
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import msgspec
from fastapi import APIRouter, Depends, Header, Query, Response

from parley.kernel.decider import Unknown
from parley.kernel.envelope import public_part
from parley.kernel.log import Recorded
from parley.kernel.service import Service, code_of
from parley.kernel.sql_reader import SqlReader

PAGE = 500


class Peers:
    """The other services' records, over HTTP.

    Args:
        addresses: where each service is.
        word: what the services share; empty for who may see only what is public.
    """

    def __init__(self, addresses: Mapping[str, str], word: str) -> None:
        self._addresses = addresses
        self._turn = 0
        # One for all times: making one reads every certificate authority, which holds the whole process up for 20 to 30 ms. It keeps no connection, because
        # who was killed meanwhile has kept none either.
        self._http = httpx.Client(headers={"Authorization": f"Bearer {word}"}, timeout=5, limits=httpx.Limits(max_keepalive_connections=0))

    def close(self) -> None:
        """Ask nobody any more."""
        self._http.close()

    def missing(self, service: str, lane: str, after: int, *, public: bool) -> list[Recorded]:
        """The next facts of a service in a lane; blocking.

        Raises:
            httpx.HTTPError: it did not answer.
        """
        return msgspec.json.decode(self._asked(service, "facts", {"lane": lane, "after": str(after)}, public=public), type=list[Recorded])

    def heads(self, service: str, *, public: bool) -> dict[str, int]:
        """The number of the last fact of a service in each of its lanes; blocking.

        Raises:
            httpx.HTTPError: it did not answer.
        """
        return msgspec.json.decode(self._asked(service, "heads", {}, public=public), type=dict[str, int])

    def _asked(self, service: str, what: str, of: Mapping[str, str], *, public: bool) -> bytes:
        # With several instances, each is asked in its turn.
        addresses = [one.strip() for one in self._addresses.get(service, "").split(",") if one.strip()]
        if not addresses:
            raise httpx.ConnectError(f"PARLEY_PEERS does not say where {service} is.")
        self._turn += 1
        asked = {**of, "audience": "public" if public else "services"}
        address = addresses[self._turn % len(addresses)]
        answered = self._http.get(f"{address}/internal/{what}", params=asked)
        answered.raise_for_status()
        return answered.content


def shared_word(secret: bytes) -> str:
    """What the services, and their operator, know of each other by: made from the secret that they share."""
    return code_of(secret, "peers")


def only_for_services(service: Service) -> Any:
    """A dependency of routes that are hidden from who does not say the shared word."""
    word = shared_word(service.secret)

    def said(authorization: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {word}".encode()):
            raise Unknown

    return Depends(said)


def facts_route(service: Service) -> APIRouter:
    """Where the other services fetch what did not come to them; not part of the published interface."""
    router = APIRouter(prefix="/internal", include_in_schema=False)
    word, reader = shared_word(service.secret), SqlReader(service.database)

    def only_public(audience: str, authorization: str) -> bool:
        public = audience == "public"
        if not public and not hmac.compare_digest(authorization.encode(), f"Bearer {word}".encode()):
            raise Unknown
        return public

    @router.get("/heads")
    def heads(audience: str = "services", authorization: Annotated[str, Header()] = "") -> Response:
        found = reader.heads(service.name, public_only=only_public(audience, authorization))
        return Response(msgspec.json.encode(found), media_type="application/json", headers={"Cache-Control": "no-store"})

    @router.get("/facts")
    def facts(lane: str, after: Annotated[int, Query(ge=0)], audience: str = "services", authorization: Annotated[str, Header()] = "") -> Response:
        public = only_public(audience, authorization)
        found = reader.lane(service.name, lane, after, PAGE, public_only=public)
        # The position says nothing in another record.
        sent = [public_part(fact) if public else msgspec.structs.replace(fact, position=0) for fact in found]
        return Response(msgspec.json.encode(sent), media_type="application/json", headers={"Cache-Control": "no-store"})

    return router
