"""Reads a PDF back as a stranger would: its text with where it stands, and everything else in it that is no font."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_PLAIN = rb"\\.|[^\\()]"
_NESTED = rb"\((?:" + _PLAIN + rb"|\((?:" + _PLAIN + rb"|\((?:" + _PLAIN + rb")*\))*\))*\)"  # brackets in pairs stand in a string as they are
_STRING = re.compile(_NESTED + rb"|<[0-9A-Fa-f\s]*>", re.DOTALL)
_SHOWN = re.compile(rb"q 1 0 0 -1 (-?[\d.]+) (-?[\d.]+) cm.*?/(\w+) ([\d.]+) Tf 1 0 0 -1 0 0 Tm(.*?)T[jJ]\nET", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass(frozen=True)
class Run:
    """Letters that are shown in one go: on which page, where their line begins, how large, and which."""

    page: int
    x: float
    y: float
    size: float
    text: str


class Pdf:
    """The objects of a PDF by number, with their streams unpacked."""

    def __init__(self, file: bytes) -> None:
        self.heads: dict[int, bytes] = {}
        self.streams: dict[int, bytes] = {}
        for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", file, re.DOTALL):
            head, _, stream = body.partition(b"stream\n")
            self.heads[int(number)] = head
            if stream:
                packed = stream.rpartition(b"\nendstream")[0]
                self.streams[int(number)] = zlib.decompress(packed) if b"/FlateDecode" in head else packed

    def runs(self) -> Iterator[Run]:
        """All that is shown, page by page, in the order of the file."""
        for page, number in enumerate(self._pages(), start=1):
            head = self.heads[number]
            fonts = self._fonts(self.heads[_reference(head, b"Resources")])
            stream = self.streams[_reference(head, b"Contents")]
            found = _SHOWN.findall(stream)
            assert len(found) == len(re.findall(rb"\nBT ", stream)), "something is shown in a way that this reader does not know"
            for x, y, font, size, shown in found:
                codes = b"".join(_bytes(one) for one in _STRING.findall(shown))
                letters = fonts[font]
                text = "".join(letters[codes[at : at + 2]] for at in range(0, len(codes), 2))
                yield Run(page, float(x), float(y), float(size), text)

    def beside(self) -> bytes:
        """Everything but what is shown and the shapes of letters: names, outlines, alternative texts, metadata. UTF-16 is made readable."""
        kept = [*self.heads.values(), *(stream for number, stream in self.streams.items() if b"/XML" in self.heads[number] or b"BDC" in stream)]
        whole = b"\n".join(kept)
        wide = [_bytes(one)[2:].decode("utf-16-be", "replace").encode() for one in _STRING.findall(whole) if _bytes(one).startswith(b"\xfe\xff")]
        return b"\n".join([whole, *wide])

    def _pages(self) -> list[int]:
        (root,) = (number for number, head in self.heads.items() if b"/Type/Pages" in head)
        return [int(one) for one in re.findall(rb"(\d+) 0 R", re.findall(rb"/Kids\[(.*?)\]", self.heads[root])[0])]

    def _fonts(self, resources: bytes) -> dict[bytes, dict[bytes, str]]:
        listed = re.findall(rb"/Font<<(.*?)>>", resources)
        named = re.findall(rb"/(\w+) (\d+) 0 R", listed[0]) if listed else []
        return {name: _letters(self.streams[_reference(self.heads[int(number)], b"ToUnicode")]) for name, number in named}


def _reference(head: bytes, name: bytes) -> int:
    return int(re.findall(rb"/" + name + rb" (\d+) 0 R", head)[0])


def _letters(said: bytes) -> dict[bytes, str]:
    """What a font's codes mean (ToUnicode)."""
    found = {}
    for block in re.findall(rb"beginbfchar\n(.*?)endbfchar", said, re.DOTALL):
        for code, letters in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[bytes.fromhex(code.decode())] = bytes.fromhex(letters.decode()).decode("utf-16-be")
    assert b"beginbfrange" not in said, "this reader knows single codes alone"
    return found


def _bytes(string: bytes) -> bytes:
    if string.startswith(b"<"):
        return bytes.fromhex(string[1:-1].decode())
    return re.sub(rb"\\([0-7]{1,3}|.)", lambda found: _meant(found[1]), string[1:-1], flags=re.DOTALL)


def _meant(escaped: bytes) -> bytes:
    return bytes([int(escaped, 8)]) if escaped.isdigit() else _ESCAPED.get(escaped, escaped)
