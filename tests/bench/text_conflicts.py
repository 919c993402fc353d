"""One more amendment among 1,000 to 1,000,000 live ones, hot spot included, against an interval tree: row 8. `python tests/bench/text_conflicts.py`."""

import gc
import statistics
import time

from intervaltree import IntervalTree
from text_corpus import any_edits, document, exponent

from parley.text import Amendment, Version
from parley.text.conflicts import Conflicts

ARRIVALS = 2_000


def arrivals(index: Conflicts, more: list[Amendment]) -> list[int]:
    return [index.add(amendment).collisions for amendment in more]


def tree_of(base: Version, amendments: list[Amendment]) -> tuple[IntervalTree, dict[str, int]]:
    starts, at = {}, 0
    for clause in base.clauses:
        starts[clause.id] = at
        at += len(clause.text) + 1
    return IntervalTree.from_tuples((*_span(starts, one), one.id) for one in amendments), starts


def _span(starts: dict[str, int], amendment: Amendment) -> tuple[int, int]:
    edit = amendment.operations[0]
    return starts[edit.clause] + edit.start, starts[edit.clause] + edit.end


def main() -> None:
    print("| live | spread | one arrival | interval tree: query and add | most rivals |\n|---|---|---|---|---|")
    for hot in (False, True):
        sizes, seconds = [1_000, 10_000, 100_000, 1_000_000], []
        for size in sizes:
            base = document(min(10 * size, 1_000_000))
            drawn = any_edits(base, size + ARRIVALS, hot=hot)
            live, more = drawn[:size], drawn[size:]
            index = Conflicts(base, live)
            gc.collect()
            gc.freeze()
            rounds = []
            for _ in range(5):
                start = time.perf_counter()
                found = arrivals(index, more)
                rounds.append((time.perf_counter() - start) / ARRIVALS)
                for amendment in more:
                    index.withdraw(amendment.id)
            taken = statistics.median(rounds)
            seconds.append(taken)
            beside = "-"
            arrivals(index, more)
            for amendment in more[:: ARRIVALS // 20]:
                assert len(index.rivals(amendment.id)) == index.standing(amendment.id).collisions
            if size <= 100_000:
                tree, starts = tree_of(base, live)
                start = time.perf_counter()
                counts = []
                for amendment in more:
                    span = _span(starts, amendment)
                    counts.append(len(tree.overlap(*span)))
                    tree.addi(*span, amendment.id)
                peer = (time.perf_counter() - start) / ARRIVALS
                assert all(ours <= theirs for ours, theirs in zip(found, counts, strict=True))  # the tree counts identical ones as well
                beside = f"{peer * 1e6:.1f} us = {peer / taken:.1f} x (at least 3)"
            print(f"| {size:,} | {'half on 1 %' if hot else 'even'} | {taken * 1e6:.1f} us | {beside} | {max(found):,} |")
        print(f"\ngrowth exponent {exponent(sizes, seconds):.2f} (at most 0.25)\n")


if __name__ == "__main__":
    main()
