"""The texts that the benchmarks of the text engine share: deterministic, words as frequent as in real text."""

import gc
import math
import random
import statistics
import time
from collections.abc import Callable

from parley.text import Amendment, Clause, Edit, Version, version

CLAUSE = 100  # words


def vocabulary(rng: random.Random, size: int = 8_000) -> list[str]:
    return ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 10))) for _ in range(size)]


def text_of(words: int, rng: random.Random) -> list[list[str]]:
    """Clauses of a hundred words, by Zipf's law."""
    known = vocabulary(rng)
    weights = [1 / (rank + 1) for rank in range(len(known))]
    drawn = rng.choices(known, weights, k=words)
    return [drawn[at : at + CLAUSE] for at in range(0, words, CLAUSE)]


def document(words: int, seed: int = 1) -> Version:
    return version(Clause(f"c{at}", " ".join(clause)) for at, clause in enumerate(text_of(words, random.Random(seed))))


def edits_apart(base: Version, count: int, seed: int = 2) -> list[Amendment]:
    """Amendments of one word each, none touching another."""
    rng = random.Random(seed)
    places = []
    for clause in base.clauses:
        at = 0
        for word in clause.text.split(" "):
            places.append((clause.id, at, word))
            at += len(word) + 1
    chosen = sorted(rng.sample(range(0, len(places), 2), count))
    rng.shuffle(chosen)
    root = base.root
    return [_edit(f"A{number}", root, *places[place]) for number, place in enumerate(chosen)]


def _edit(name: str, root: str, clause: str, at: int, word: str) -> Amendment:
    return Amendment(name, root, (Edit(clause, at, at + len(word), word, f"{word}ly"),), (f"D{name[-1]}",))


def any_edits(base: Version, count: int, seed: int = 3, *, hot: bool = False) -> list[Amendment]:
    """Amendments of up to four words anywhere, so that many collide; `hot`: half of them on one hundredth of the text."""
    rng = random.Random(seed)
    spans = [_spans(clause.text) for clause in base.clauses]
    root, clauses = base.root, base.clauses
    few = max(len(clauses) // 100, 1)
    found = []
    for number in range(count):
        at = rng.randrange(few) if hot and number % 2 else rng.randrange(len(clauses))
        first = rng.randrange(len(spans[at]) - 4)
        start, end = spans[at][first][0], spans[at][first + rng.randrange(4)][1]
        old = clauses[at].text[start:end]
        found.append(Amendment(f"A{number}", root, (Edit(clauses[at].id, start, end, old, f"{old} and so on"),)))
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for word in text.split(" "):
        found.append((at, at + len(word)))
        at += len(word) + 1
    return found


def timed(work: Callable[[], object], rounds: int = 5) -> float:
    """Seconds, the median of some rounds. What the benchmark itself keeps alive is set aside, as a running service sets aside what it has loaded."""
    gc.collect()
    gc.freeze()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """By which power of the size the time grows, from the first to the last."""
    return math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])
