"""The client: a person's way to speak to Parley from Python. It keeps the cut, repeats with the same key, and turns problems into exceptions."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

ATTEMPTS = 8
_TRY_AGAIN = frozenset({"key-in-flight", "not-there-yet", "store-failed"})


class Problem(Exception):  # noqa: N818  (RFC 9457's own word)
    """Parley answered with a problem: `code` is stable, `detail` says what to do, `body` is everything it said."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{body.get('code', status)}: {body.get('detail', '')}")
        self.status = status
        self.code = str(body.get("code", ""))
        self.detail = str(body.get("detail", ""))
        self.body = body


class Client:
    """One person's session in one negotiation.

    Args:
        http: how to reach Parley; it may be shared by many persons.
        negotiation: the negotiation's name.
        token: the person's token; None reads only what is public.
    """

    def __init__(self, http: httpx.AsyncClient, negotiation: str, token: str | None = None) -> None:
        self.http = http
        self.negotiation = negotiation
        self.token = token
        self._cut: dict[str, int] = {}

    async def sign_in(self, code: str) -> "Client":
        """Accept an invitation and keep its session."""
        self.token = (await self.tell("/sign-in", {"code": code}))["token"]
        return self

    async def ask(self, path: str, **parameters: Any) -> Any:
        """What stands under a path of the negotiation. Raises Problem."""
        return (await self._send("GET", path, params=parameters or None)).json()

    async def tell(self, path: str, body: Any = None, *, method: str = "POST", key: str | None = None, seen: str | None = None, csv: str | None = None) -> Any:
        """Send a command; repeated under one key until it is answered, so it has one effect.

        Args:
            path: within the negotiation, or from `/api/` on.
            body: what is sent as JSON.
            method: POST, PUT or DELETE.
            key: the idempotency key; a fresh one if left out.
            seen: the ETag that was read, where a change asks for it.
            csv: what is sent as CSV instead of a body.

        Raises:
            Problem: it was refused; `code` says by which rule.
        """
        headers = {"Idempotency-Key": key or uuid4().hex} | ({"If-Match": seen} if seen else {})
        if csv is None:
            return (await self._send(method, path, headers=headers, json=body)).json()
        return (await self._send(method, path, headers=headers | {"Content-Type": "text/csv"}, content=csv.encode())).json()

    async def etag(self, path: str) -> str:
        """The ETag of what stands under a path now."""
        return (await self._send("GET", path)).headers["ETag"]

    async def fetch(self, path: str, accept: str = "*/*") -> httpx.Response:
        """The whole answer under a path, for what is not JSON."""
        return await self._send("GET", path, headers={"Accept": accept})

    async def _send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        address = path if path.startswith("/api/") else f"/api/v1/negotiations/{self.negotiation}{path}"
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answered = await self.http.request(method, address, headers=self._headers() | (headers or {}), **more)
            except httpx.TransportError:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(0.2 * attempt)
                continue
            if answered.is_success:
                self._see(answered.headers.get("Parley-Cut", ""))
                return answered
            problem = Problem(answered.status_code, _said(answered))
            if problem.code not in _TRY_AGAIN or attempt == ATTEMPTS:
                raise problem
            await asyncio.sleep(0.2 * attempt)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if self._cut:
            headers["Parley-Cut"] = ", ".join(f"{service}={seq}" for service, seq in sorted(self._cut.items()))
        return headers

    def _see(self, cut: str) -> None:
        for part in filter(None, (one.strip() for one in cut.split(","))):
            service, _, seq = part.partition("=")
            self._cut[service] = max(self._cut.get(service, 0), int(seq))


def _said(answered: httpx.Response) -> dict[str, Any]:
    try:
        body = answered.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"code": "unreadable", "detail": f"answered {answered.status_code} without a problem"}
