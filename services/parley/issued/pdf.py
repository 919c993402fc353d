"""PDF: an issued summary on paper, tagged (PDF/UA-1), with the canonical line numbers in the margin."""

from functools import lru_cache
from pathlib import Path

import msgspec

from parley.issued.attached import Attached, sections
from parley.issued.document import Document, lines_of, read
from parley.kernel.decider import Refused

LAYOUT = Path(__file__).with_name("summary.typ")
KEPT = 32
NOTHING = Attached()
NO_FONT = "No font of this server shows every sign of this text. Install one for its script, Noto for instance, or take another form."


NO_GLYPH = "could not be displayed with font"
"""What Typst says of a sign that no font has, between the sign and the font."""


class NotPrinted(Refused):
    """There is no PDF of this text, and it is our fault: the layout or the program that prints it does not take it."""

    status = 500

    def __init__(self) -> None:
        super().__init__("not-printed", "This text cannot be printed, by a fault of the program. Take another form of it, and tell the operator of this one.")


@lru_cache(maxsize=KEPT)
def pdf_of(issued: bytes, attached: Attached = NOTHING) -> bytes:
    """The issued document as PDF, with what stands beside it printed behind it: the same bytes for the same JSON, Typst and fonts; no author and no time but that of the issue, which the text says.

    Takes about a third of a second the first time; call it in a thread.

    Raises:
        Refused: no font that is installed shows a sign of it.
        NotPrinted: it cannot be printed for any other reason.
    """
    import typst  # noqa: PLC0415  (20 MB that only who asks for paper pays for)

    # The words go in as data. As part of the layout's own source a submission could run as a program.
    said = {"document": msgspec.json.encode(_printed(read(issued), attached)).decode()}
    try:
        made = typst.compile(str(LAYOUT), format="pdf", sys_inputs=said, pdf_standards="ua-1")
    except typst.TypstError as error:
        # An accessible PDF shows every sign, or is none. What Typst says of it quotes the text, and so stays here.
        raise (Refused("no-font", NO_FONT) if NO_GLYPH in str(error.message) else NotPrinted()) from None
    assert isinstance(made, bytes)  # noqa: S101  (only a document of several pages in PNG or SVG is a list)
    return made


def _printed(document: Document, attached: Attached) -> dict[str, object]:
    lines = lines_of(document)
    themes = [{"title": theme.title, "sentences": [{"lines": lines[one.number], "who": one.who} for one in theme.sentences]} for theme in document.themes]
    return {
        "symbol": document.symbol, "title": document.title, "header": document.header, "language": document.language, "themes": themes,
        "issue": f"{document.authority} · {document.issued_at:%Y-%m-%dT%H:%M:%SZ} · {document.marking}", "hash": document.content_hash,
        "attached": sections(attached),
    }  # fmt: skip
