"""How far a text is from settled is counted in the words that stand, whatever brackets are written between them."""

from parley.drafts.settling import measures_of
from parley.text import Amendment, Clause, replaced, version

TEXT = version([Clause("b", "[Parties] may share [JP: just] a word now."), Clause("c", "The end.")])


def contested(old: str, new: str) -> int:
    waiting = [Amendment("A1", TEXT.root, replaced(TEXT, "b", old, new))]
    return int(measures_of(TEXT, waiting, {"JP"})["total"]["contested_words"])


def test_an_amendment_behind_a_bracket_contests_the_word_that_it_quotes_and_no_other() -> None:
    assert contested("share", "swap") == 3, "its own word, and the two in brackets"
    assert contested("now", "then") == 3


def test_a_word_that_is_in_a_bracket_and_amended_too_is_counted_once() -> None:
    assert contested("just", "only") == 2
