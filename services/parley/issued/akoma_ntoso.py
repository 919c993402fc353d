"""Akoma Ntoso 3.0 (OASIS LegalDocML): an issued summary as a `statement` that parliaments' and archives' systems read."""

from xml.etree import ElementTree as ET

from parley.issued.document import Document, Sentence, read

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
SOURCE = "#secretariat"


def akoma_ntoso_of(issued: bytes) -> bytes:
    """The issued document as XML in UTF-8, valid against the schema of Akoma Ntoso 3.0.

    Sentences keep their numbers (`eId` is `para_<number>`); what the attribution policy lets be said of their sources is a note beside them.
    """
    document = read(issued)
    root = ET.Element("akomaNtoso", xmlns=NAMESPACE)
    statement = ET.SubElement(root, "statement", name="summary")
    _identified(ET.SubElement(statement, "meta"), document)
    preface = ET.SubElement(statement, "preface")
    _said(ET.SubElement(preface, "p"), "docNumber", document.symbol)
    _said(ET.SubElement(preface, "p"), "docTitle", document.title)
    for line in (document.header, f"{document.authority} · {document.marking}"):
        ET.SubElement(preface, "p").text = line
    body = ET.SubElement(statement, "mainBody")
    for number, theme in enumerate(document.themes, start=1):
        section = ET.SubElement(body, "section", eId=f"sec_{number}")
        ET.SubElement(section, "heading").text = theme.title
        for sentence in theme.sentences:
            _paragraph(section, sentence)
    return f"""<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n""".encode()


def _identified(meta: ET.Element, document: Document) -> None:
    """Work, expression and manifestation after FRBR: the summary, its version in its language, and this file."""
    date = document.issued_at.date().isoformat()
    work = f"/akn/un/statement/{date}/{document.symbol.replace('/', '-')}"
    expression = f"{work}/{document.language}@{date}"
    identification = ET.SubElement(meta, "identification", source=SOURCE)
    for level, address in (("Work", work), ("Expression", expression), ("Manifestation", f"{expression}.akn")):
        found = ET.SubElement(identification, f"FRBR{level}")
        ET.SubElement(found, "FRBRthis", value=f"{address}/!main" if level != "Manifestation" else address)
        ET.SubElement(found, "FRBRuri", value=address)
        if level == "Work":
            ET.SubElement(found, "FRBRalias", value=document.symbol, name="symbol")
        ET.SubElement(found, "FRBRdate", date=date, name="issued")
        ET.SubElement(found, "FRBRauthor", href="#chair")
        if level == "Work":
            ET.SubElement(found, "FRBRcountry", value="un")
            ET.SubElement(found, "FRBRnumber", value=document.symbol)
            ET.SubElement(found, "FRBRauthoritative", value="true")
        elif level == "Expression":
            ET.SubElement(found, "FRBRlanguage", language=document.language)
    references = ET.SubElement(meta, "references", source=SOURCE)
    for role, shown in (("chair", "The Chair"), ("secretariat", "The Secretariat")):
        ET.SubElement(references, "TLCRole", eId=role, href=f"/akn/ontology/role/{role}", showAs=shown)
    hashed = ET.SubElement(meta, "proprietary", source=SOURCE)
    ET.SubElement(hashed, "{urn:parley:issued}contentHash", algorithm="SHA-256").text = document.content_hash


def _said(paragraph: ET.Element, kind: str, words: str) -> None:
    ET.SubElement(paragraph, kind).text = words


def _paragraph(section: ET.Element, sentence: Sentence) -> None:
    paragraph = ET.SubElement(section, "paragraph", eId=f"para_{sentence.number}")
    ET.SubElement(paragraph, "num").text = f"{sentence.number}."
    words = ET.SubElement(ET.SubElement(paragraph, "content"), "p")
    words.text = sentence.text
    if sentence.who:
        note = ET.SubElement(words, "authorialNote", marker=str(sentence.number), placement="bottom")
        ET.SubElement(note, "p").text = sentence.who
