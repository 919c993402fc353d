"""The record of an issued version: the text as it was issued, and behind it what stands beside it by now."""

from collections.abc import Mapping
from typing import Any

from parley.issued.attached import Attached, html_with, json_with, markdown_with
from parley.issued.pdf import pdf_of

FORMS = {"json": "application/json", "md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8", "pdf": "application/pdf"}


def recorded(issued: Mapping[str, Any], attached: Attached, form: str) -> bytes:
    """The record in one of the FORMS, from the forms that were issued: the same bytes for the same facts.

    Raises:
        Refused: for a PDF, as `pdf_of` does.
    """
    match form:
        case "md":
            return markdown_with(str(issued["markdown"]), attached).encode()
        case "html":
            return html_with(str(issued["html"]), attached).encode()
        case "pdf":
            return pdf_of(str(issued["document"]).encode(), attached)
        case _:
            return json_with(str(issued["document"]).encode(), attached)
