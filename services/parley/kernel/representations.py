"""Which form of a thing a reader likes best, and whether the reader has it already (RFC 9110, 12.5.1 and 13.1.2)."""

from collections.abc import Sequence

from fastapi import Request


def preferred(accept: str, offered: Sequence[str]) -> str:
    """Which of the offered media types a reader would like best; the first of them where nothing that it names is offered."""
    wishes: list[tuple[float, str]] = []
    for part in accept.split(","):
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        wishes.append((_quality(parameters), media))

    def liking(media: str) -> tuple[float, int]:
        # The most exact pattern that fits says how well (RFC 9110, 12.5.1).
        patterns = (media, media.split("/", maxsplit=1)[0] + "/*", "*/*")
        return next(((weight, -offered.index(media)) for pattern in patterns for weight, wish in wishes if wish == pattern), (0.0, -offered.index(media)))

    return max(offered, key=liking)


def held(request: Request, tag: str) -> bool:
    """Whether the reader says that it has what this ETag stands for, so that it need be neither made nor sent."""
    told = {one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")}
    return bool(told & {tag.removeprefix("W/"), "*"})


def _quality(parameters: Sequence[str]) -> float:
    for one in parameters:
        name, _, value = one.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
