"""What can have happened to a delegation's receipt: it was signed, in the act of issuing, and never changes."""

import msgspec


class ReceiptSigned(msgspec.Struct, frozen=True):
    """A delegation's receipt for an issued version: `document` (JSON, signed) says what became of each of its inputs, for its eyes and the bench's."""

    summary: str
    version: int
    delegation: str
    document: str
