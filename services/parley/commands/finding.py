"""What `parley doctor` finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, what was seen, and what to do if it is not."""

    what: str
    well: bool
    seen: str
    do: str = ""
