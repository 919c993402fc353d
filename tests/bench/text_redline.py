"""Redlines of imported texts, no clause known by name, against git diff --histogram on one word a line, and difflib: row 10. `python tests/bench/text_redline.py`."""

import difflib
import random
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from text_corpus import exponent, text_of, timed, vocabulary

from parley.text import Clause, Redline, Version, redline

KINDS = ("1 %", "20 %", "each clause", "moved", "rewritten")


def changed(clauses: list[list[str]], kind: str) -> list[list[str]]:
    rng = random.Random(5)
    known = vocabulary(random.Random(7))
    made = [list(clause) for clause in clauses]
    match kind:
        case "1 %" | "20 %":
            share = int(kind.split(maxsplit=1)[0]) / 100
            return [[rng.choice(known) if rng.random() < share else word for word in clause] for clause in made]
        case "each clause":
            for clause in made:
                clause[rng.randrange(len(clause))] = rng.choice(known)
        case "moved":
            for _ in range(len(made) // 20):
                made.insert(rng.randrange(len(made)), made.pop(rng.randrange(len(made))))
        case _:
            weights = [1 / (rank + 1) for rank in range(len(known))]
            return [rng.choices(known, weights, k=len(clause)) for clause in made]
    return made


def version_of(clauses: list[list[str]], letter: str) -> Version:
    return Version(tuple(Clause(f"{letter}{at}", " ".join(clause)) for at, clause in enumerate(clauses)))


def changed_words(shown: Redline) -> int:
    return sum(len(piece.text.split()) for row in shown.rows if row.change != "moved-away" for piece in row.pieces if piece.kind != "same")


def main() -> None:
    print("| words | change | redline | git diff --histogram | | changed words: ours, git |\n|---|---|---|---|---|---|")
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    sizes = [10_000, 100_000, 1_000_000]
    for size in sizes:
        before = text_of(size, random.Random(1))
        for kind in KINDS:
            after = changed(before, kind)
            old, new = version_of(before, "a"), version_of(after, "b")
            shown = redline(old, new)
            assert (shown.before(), shown.after()) == (old, new)
            with tempfile.TemporaryDirectory() as folder:
                paths = [Path(folder, name) for name in ("a", "b")]
                for path, clauses in zip(paths, (before, after), strict=True):
                    path.write_text("\n".join(word for clause in clauses for word in clause) + "\n")
                command = ["git", "diff", "--no-index", "--histogram", "--numstat", *map(str, paths)]

                def git(command: list[str] = command) -> bytes:
                    return subprocess.run(command, capture_output=True, check=False).stdout

                rounds = [(timed(partial(redline, old, new), 1), timed(git, 1)) for _ in range(5 if size < 1_000_000 else 3)]
                ours, theirs = (sorted(column)[len(rounds) // 2] for column in zip(*rounds, strict=True))
                added, removed = git().split()[:2]
            taken[kind].append(ours)
            bound = 1 if kind == "1 %" else 4
            words = f"{changed_words(shown):,}, {int(added) + int(removed):,}"
            print(f"| {size:,} | {kind} | {ours * 1e3:.1f} ms | {theirs * 1e3:.1f} ms | {ours / theirs:.2f} x (at most {bound}) | {words} |")
    print()
    for kind, seconds in taken.items():
        print(f"- {kind}: growth exponent {exponent(sizes, seconds):.2f} (at most 1.1)")
    before = text_of(100_000, random.Random(1))
    after = changed(before, "1 %")
    old, new = version_of(before, "a"), version_of(after, "b")
    a, b = [word for clause in before for word in clause], [word for clause in after for word in clause]
    peer = timed(lambda: difflib.SequenceMatcher(None, a, b).get_opcodes(), 1)
    ours = timed(lambda: redline(old, new), 5)
    print(f"- difflib on 100,000 words at 1 %: {peer * 1e3:,.0f} ms against {ours * 1e3:.1f} ms = {peer / ours:,.0f} x (at least 50)")


if __name__ == "__main__":
    main()
