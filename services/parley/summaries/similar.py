"""Similar: the inputs that share the most telling words with one, ranked by BM25 as SQLite's full-text search computes it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from parley.summaries.languages import language
from parley.summaries.ports import Nearest
from parley.text.tokens import words


class Lexical:
    """Similarity by words alone: no model, nothing to install, the same ranks for the same texts."""

    def nearest(self, text: str, others: Sequence[tuple[str, str]], code: str, limit: int) -> list[Nearest]:
        """Ranked by BM25, where rare words weigh more; those that share no word of content are left out."""
        asked = content_of(text, code)
        if not asked:
            return []
        with closing(sqlite3.connect(":memory:")) as index:
            index.execute("CREATE VIRTUAL TABLE texts USING fts5(content, tokenize = 'unicode61 remove_diacritics 0')")
            # Our own tokens, so that scripts without spaces have words too.
            index.executemany("INSERT INTO texts (rowid, content) VALUES (?, ?)", enumerate(" ".join(words(other.casefold())) for _, other in others))
            query = " OR ".join(f'"{word}"' for word in asked)
            ranked = index.execute("SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rank, rowid LIMIT ?", (query, limit)).fetchall()
        found = [others[row] for (row,) in ranked]
        return [Nearest(name, tuple(sorted(set(asked) & set(content_of(other, code))))) for name, other in found]


def content_of(text: str, code: str) -> list[str]:
    """The words of content of a text, each once, in the order of reading."""
    light = language(code).function_words
    return [word for word in dict.fromkeys(words(text.casefold())) if word not in light]
