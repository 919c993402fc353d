"""Security headers: what a browser may do with an answer; an answer that says something stricter of itself keeps it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STAY_ON_TLS = "max-age=31536000; includeSubDomains"

_ALWAYS = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_ON_TLS = (*_ALWAYS, (b"strict-transport-security", STAY_ON_TLS.encode()))


class SecurityHeaders:
    """ASGI middleware that sets the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = {name.lower() for name, _ in message["headers"]}
                ours = _ON_TLS if scope["scheme"] == "https" else _ALWAYS
                message["headers"] = [*message["headers"], *(header for header in ours if header[0] not in said)]
            await send(message)

        await self.app(scope, receive, send_with_headers)
