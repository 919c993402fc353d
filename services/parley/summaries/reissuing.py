"""Reissuing: a version is issued anew for a fault of the file, under the same symbol with an asterisk; whoever has the first bytes keeps them."""

from datetime import datetime

import msgspec

from parley.kernel.decider import Unknown, require
from parley.kernel.signing import Sign
from parley.protocol.marking import PUBLIC
from parley.protocol.standing import Actor
from parley.summaries.correcting import corrected
from parley.summaries.facts import IssuedTheme
from parley.summaries.facts_afterwards import ReissueReleased, SummaryReissued
from parley.summaries.issued_version import IssuedVersion
from parley.summaries.rendering import Page, document_of, hash_of, html_of, markdown_of, text_of
from parley.summaries.summary import Summary


class ReissueVersion(msgspec.Struct, frozen=True):
    """Issue a released version anew, signed by `sign`: its words as they stand with all corrections, for a fault of the file that `reason` names."""

    by: Actor
    at: datetime
    version: int
    reason: str
    sign: Sign


def reissue(summary: Summary, command: ReissueVersion) -> list[msgspec.Struct]:
    """The version's next file. It says nothing that the version and its corrections do not say."""
    version = summary.version(command.version)
    if version is None:
        raise Unknown
    require(version.released, "embargo-holds", "The embargo has not ended. Wait for its time.")
    require(command.reason.strip(), "reason-missing", "Say what was wrong with the file; the reason is shown with it.")
    number = version.reissues + 1
    page = Page(
        symbol=version.symbol + "*" * number, title=version.title, header=version.header, authority=version.authority, marking=version.marking,
        language=version.language, issued_at=command.at, themes=_themes(version),
    )  # fmt: skip
    text = text_of(page)
    issued = SummaryReissued(
        summary=summary.summary, version=version.version, reissue=number, symbol=page.symbol, reason=command.reason, issued_at=command.at,
        content_hash=hash_of(text), replaces_hash=version.content_hash, text=text, markdown=markdown_of(page), html=html_of(page),
        document=document_of(page, summary.summary, version.version, command.sign),
    )  # fmt: skip
    return [issued, *([ReissueReleased(**msgspec.structs.asdict(issued))] if version.marking == PUBLIC else [])]


def _themes(version: IssuedVersion) -> tuple[IssuedTheme, ...]:
    change = msgspec.structs.replace
    return tuple(
        change(theme, sentences=tuple(change(one, text=corrected(str(one.number), one.text, version)) for one in theme.sentences)) for theme in version.themes
    )
