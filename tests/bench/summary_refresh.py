"""How long one more principle takes to find its group, among a thousand and among a hundred thousand; `python tests/bench/summary_refresh.py`.

Processor time of this thread alone is measured, so that neighbours on the machine do not count. With datasketch installed, its MinHash LSH does the same work
beside ours (exact duplicates and candidates by bands; it does not confirm them).
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from math import log

from parley.summaries.grouping import Groups

COMMON = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "should",
    "be",
    "for",
    "on",
    "with",
    "from",
    "that",
    "their",
    "all",
    "states",
    "operators",
    "networks",
    "security",
    "suppliers",
]
VOCABULARY = COMMON * 6 + [f"w{number}" for number in range(4_000)]
MORE = 2_000


def texts(count: int, seed: int) -> list[str]:
    """Statements of 15 to 45 words, three of ten a near duplicate of an earlier one."""
    chance, made = random.Random(seed), list[str]()
    for _ in range(count):
        if made and chance.random() < 0.3:
            words = chance.choice(made).split()
            words[chance.randrange(len(words))] = "changed"
        else:
            words = chance.choices(VOCABULARY, k=chance.randint(15, 45))
        made.append(" ".join(words))
    return made


def microseconds(work: Callable[[], object]) -> float:
    began = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - began) / 1_000


def ours(count: int) -> dict[str, float]:
    groups, given = Groups(), texts(count, 1)
    rebuilt = microseconds(lambda: [groups.add(f"p{place}", text) for place, text in enumerate(given)])
    one_more = sorted(microseconds(lambda text=text, place=place: groups.add(f"m{place}", text)) for place, text in enumerate(texts(MORE, 2)))
    p50, p99 = one_more[MORE // 2], one_more[MORE * 99 // 100]
    return {"principles": count, "rebuild_ms": rebuilt / 1_000, "per_item_us": rebuilt / count, "p50_us": p50, "p99_us": p99, "rebuild_over_p99": rebuilt / p99}


def datasketch(count: int) -> dict[str, float]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=0.8, num_perm=128)

    def add(name: str, text: str) -> None:
        words, hashed = text.split(), MinHash(num_perm=128)
        hashed.update_batch([" ".join(pair).encode() for pair in pairwise(words)])
        if not index.query(hashed):
            index.insert(name, hashed)

    given = texts(count, 1)
    took = microseconds(lambda: [add(f"p{place}", text) for place, text in enumerate(given)])
    return {"principles": count, "datasketch_per_item_us": took / count}


def measures() -> Iterator[dict[str, float]]:
    by_size = [ours(count) for count in (1_000, 10_000, 100_000)]
    yield from by_size
    yield {"exponent": log(by_size[-1]["p50_us"] / by_size[0]["p50_us"]) / log(100)}
    try:
        yield datasketch(10_000)
    except ModuleNotFoundError:
        return


if __name__ == "__main__":
    for one in measures():
        print(json.dumps({name: round(value, 3) for name, value in one.items()}))
