"""Consolidating and rebasing against git merge-file and Yjs, in one run: rows 6, 7 and 9. `python tests/bench/text_consolidate.py [folder with yjs]`."""

import json
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from text_corpus import document, edits_apart, exponent, timed

from parley.text import Amendment, Version, consolidate, reworded
from parley.text.rebasing import rebase

YJS = """
const Y = require('yjs'), fs = require('fs');
const { words, edits } = JSON.parse(fs.readFileSync(process.argv[2]));
const base = new Y.Doc(); base.getText('t').insert(0, words.join(' '));
const start = Y.encodeStateAsUpdate(base);
const at = []; let place = 0; for (const word of words) { at.push(place); place += word.length + 1; }
const updates = edits.map(([index, word], n) => {
  const doc = new Y.Doc(); doc.clientID = n + 10; Y.applyUpdate(doc, start);
  const before = Y.encodeStateVector(doc);
  doc.transact(() => { doc.getText('t').delete(at[index], words[index].length); doc.getText('t').insert(at[index], word); });
  return Y.encodeStateAsUpdate(doc, before);
});
const taken = [];
for (let round = 0; round < 5; round++) {
  const doc = new Y.Doc(); Y.applyUpdate(doc, start);
  const began = process.hrtime.bigint();
  for (const update of updates) Y.applyUpdate(doc, update);
  const text = doc.getText('t').toString();
  taken.push(Number(process.hrtime.bigint() - began) / 1e9);
  if (round === 0) fs.writeFileSync(process.argv[3], text);
}
taken.sort((a, b) => a - b); console.log(taken[2]);
"""


def words_of(version: Version) -> list[str]:
    return " ".join(clause.text for clause in version.clauses).split(" ")


def replaced_words(base: Version, amendments: list[Amendment]) -> list[tuple[int, str]]:
    """Each amendment as the place of its word in the whole text."""
    starts, place = {}, 0
    for clause in base.clauses:
        at = 0
        for word in clause.text.split(" "):
            starts[clause.id, at] = place
            at, place = at + len(word) + 1, place + 1
    return [(starts[edit.clause, edit.start], edit.new) for edit in (one.operations[0] for one in amendments)]


def git_merge_file(base: Version, amendments: list[Amendment], count: int) -> tuple[float, list[str]]:
    """Seconds that `git merge-file` takes for the first `count`, one after another on one word a line, and the text."""
    import time

    words = words_of(base)
    with tempfile.TemporaryDirectory() as folder:
        ours, origin = Path(folder, "ours"), Path(folder, "base")
        origin.write_text("\n".join(words) + "\n")
        shutil.copy(origin, ours)
        theirs = []
        for number, (at, word) in enumerate(replaced_words(base, amendments[:count])):
            theirs.append(Path(folder, f"t{number}"))
            theirs[-1].write_text("\n".join([*words[:at], word, *words[at + 1 :]]) + "\n")
        start = time.perf_counter()
        for one in theirs:
            subprocess.run(["git", "merge-file", "-q", str(ours), str(origin), str(one)], check=True)
        return time.perf_counter() - start, ours.read_text().split()


def yjs(base: Version, amendments: list[Amendment], modules: Path) -> tuple[float, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        data, out, program = Path(folder, "in.json"), Path(folder, "out.txt"), Path(folder, "run.js")
        data.write_text(json.dumps({"words": words_of(base), "edits": replaced_words(base, amendments)}))
        program.write_text(YJS)
        run = subprocess.run(
            ["node", str(program), str(data), str(out)],
            env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin:/usr/local/bin"},
            capture_output=True,
            check=True,
        )
        return float(run.stdout), out.read_text().split(" ")


def main() -> None:
    modules = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print("| amendments | words | consolidate | rebase as many | rebase / consolidate |\n|---|---|---|---|---|")
    sizes, seconds = [100, 1_000, 10_000, 100_000], []
    for size in sizes:
        base = document(10 * size)
        amendments, pending = edits_apart(base, size), edits_apart(base, size, seed=9)
        made = consolidate(base, amendments)
        assert consolidate(base, amendments[::-1]).version.root == made.version.root
        rounds = [(timed(partial(consolidate, base, amendments), 1), timed(partial(rebase, made, pending), 1)) for _ in range(7)]
        taken, rebasing = (sorted(column)[3] for column in zip(*rounds, strict=True))
        outcomes = rebase(made, pending)
        carried = [one.amendment for one in outcomes if one.amendment]
        assert len(outcomes) == size
        wanted = {(one.operations[0].clause, one.operations[0].start): one for one in (*amendments, *pending)}
        assert consolidate(made.version, carried).version == consolidate(base, list(wanted.values())).version
        seconds.append(taken)
        print(f"| {size:,} | {10 * size:,} | {taken * 1e3:.2f} ms | {rebasing * 1e3:.2f} ms | {rebasing / taken:.2f} |")
    print(f"\ngrowth exponent {exponent(sizes, seconds):.2f} (at most 1.2)\n")
    base = document(10_000)
    amendments = edits_apart(base, 1_000)
    ours = words_of(consolidate(base, amendments).version)
    git, merged = git_merge_file(base, amendments, 1_000)
    taken = timed(lambda: consolidate(base, amendments), 7)
    assert merged == ours
    print(f"git merge-file, 1,000 one after another on 10,000 words: {git:.2f} s against {taken * 1e3:.2f} ms = {git / taken:,.0f} x (at least 1,000)")
    if modules:
        update, merged = yjs(base, amendments, modules)
        assert merged == ours
        taken = timed(lambda: consolidate(base, amendments), 7)
        print(f"Yjs, 1,000 updates: {update * 1e3:.1f} ms against {taken * 1e3:.2f} ms = {update / taken:.1f} x (at least 5)")
    full = [(one.id, edit.clause, _whole(base, edit)) for one in amendments for edit in one.operations]

    def from_full_texts() -> Version:
        return consolidate(base, [Amendment(name, base.root, reworded(base, clause, text)) for name, clause, text in full]).version

    assert words_of(from_full_texts()) == ours
    taken = timed(from_full_texts, 5)
    print(f"the same from 1,000 full texts of a clause: {taken * 1e3:.1f} ms; git merge-file {git / taken:,.0f} x (at least 50)")


def _whole(base: Version, edit: object) -> str:
    text = base.clause(edit.clause).text
    return text[: edit.start] + edit.new + text[edit.end :]


if __name__ == "__main__":
    main()
