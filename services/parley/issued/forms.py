"""The forms in which an issued text is given out: the media type of each, those that are made on demand, and how a reader knows them again."""

import hashlib
from collections.abc import Callable
from typing import Any

from parley.issued.akoma_ntoso import akoma_ntoso_of
from parley.issued.pdf import pdf_of

MEDIA = {
    "json": "application/json", "md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8", "txt": "text/plain; charset=utf-8",
    "pdf": "application/pdf", "akn": "application/akn+xml",
}  # fmt: skip
"""The media type of each form, the one first that is given to who does not mind."""

MADE: dict[str, Callable[[bytes], bytes]] = {"pdf": pdf_of, "akn": akoma_ntoso_of}
"""Forms that are made of the JSON that was issued, and of nothing else."""


GIVEN: dict[int | str, dict[str, Any]] = {
    200: {"description": "The text as it was issued, for ever the same words.", "content": {media.partition(";")[0]: {} for media in MEDIA.values()}}
}
"""For the OpenAPI description."""


def media_of(form: str) -> str:
    """The media type without its parameters, as in `Accept`."""
    return MEDIA[form].partition(";")[0]


def tag_of(form: str, kept: bytes) -> str:
    """The ETag of a form, without making it. `kept` are the bytes of a form that was issued, or the JSON that one is made of.

    It is weak where the form is made: the same words, but fonts and releases decide about bytes.
    """
    told = hashlib.sha256(kept).hexdigest()
    return f'W/"{told}.{form}"' if form in MADE else f'"{told}"'
