"""What can have happened while delegations could ask to correct how their own view is put."""

from datetime import datetime

import msgspec


class AccuracyWindowOpened(msgspec.Struct, frozen=True):
    """Until `closes_at`, by the record's time, a delegation may ask to correct how its own view is put; the chair may move the end."""

    summary: str
    closes_at: datetime


class CorrectionAsked(msgspec.Struct, frozen=True):
    """A delegation says that a sentence, in the words that it read (`text`), does not put its own view rightly, and what would."""

    summary: str
    request: str
    delegation: str
    sentence: str
    text: str
    says: str
    proposes: str
    asked_at: datetime


class CorrectionAnswered(msgspec.Struct, frozen=True):
    """The chair answered: made or declined, with the reason for it."""

    summary: str
    request: str
    outcome: str
    reason: str
    answered_at: datetime


class RequestWithdrawn(msgspec.Struct, frozen=True):
    """The delegation no longer asks."""

    summary: str
    request: str


class RequestKept(msgspec.Struct, frozen=True):
    """A request for correction as it stood when the version was issued; `outcome` is empty where the chair let it stand unanswered."""

    request: str
    delegation: str
    sentence: str
    text: str
    says: str
    proposes: str
    outcome: str = ""
    reason: str = ""


FACTS = (AccuracyWindowOpened, CorrectionAsked, CorrectionAnswered, RequestWithdrawn)
