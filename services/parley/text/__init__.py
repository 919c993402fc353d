"""The text engine: many amendments, one text, nothing lost. Pure: no clock, no random, no I/O, and it knows no other part of Parley.

    base = version([Clause("c1", "Parties should share information."), Clause("c2", "This is voluntary.", number="2")])

    # an author quotes and writes; what comes back is recorded in the fact
    operations = replaced(base, "c1", "should share", "are encouraged to share")     # or reworded(base, "c1", full_text), split_before(base, "c1", ...)
    amendment = Amendment("A1", base.root, operations, sponsors=("CZ",))
    fitting(base, amendment)                          # Unfit(rule, why) unless it fits; Misquote has both texts

    made = consolidate(base, [amendment])             # any sequence gives the same bytes; Clash names what collides
    made.version, made.version.root                   # the new version and its hash
    as_html(redline_of(made))                         # composed from the operations, who proposed what is known
    as_html(redline(base, made.version))              # compared by words, where no more is known

Values
- `Version.clauses`, `.clause(id)`, `.place`, `.children`, `.root`; `Clause.digest` hashes everything, `Clause.wording` the words alone (sign-offs).
- Operations are frozen structs (a tagged union, `Operation`), fit for facts and JSON: `Edit`, `InsertClause(after, clause)`,
  `DeleteClause(clause, old)`, `MoveClause(clause, after, parent)`, `SplitClause`, `MergeClauses`. Several in one amendment are a package.
- Every refusal is `Unfit`: `rule` is a stable code for a problem document, `why` a sentence that says what to do.

Rooms, each a module of this package
- `conflicts.Conflicts(base, amendments)`: `.add` and `.withdraw` live, `.standing`, `.rivals`, `.groups()`, `.contests()`;
  `contests`: the same from one sweep, and `overlaps`. `compatible.best_package(base, amendments, supporters)`: what can stand together.
- `ruling.ruled(base, open, rulings, order=)`: one ruling or many, what-if and final; `subamending.proposed` and `.settled`.
- `rebasing.rebase(made, open)`: one `Outcome` each, with passages and a suggested restatement; `concordance.concordance(made)`, `.present_names`.
- `authorship.authorship(made, before, refined)`: who proposed each character. `redlining`, `rendering`: redlines as data, HTML, Markdown, terminal.
- `bracket_notation.read` and `.written`; `bracketing`: `bracketed`, `lifted`; `bracket_history`: `choose`, `carried`.
- `measuring`: `states`, `measured`, `by_theme`. `lines`: `canonical_lines`, `line_of`, `passage`. `numbering`: `inserted_number`, `renumbered`.
- `pieces(old, new)` is the redline of two plain texts; `pieces_as_html` writes it: for a misquote, or an amendment's own words.
"""

from parley.text.clauses import START, VERSION_LIMIT, Clause, Kind, Version, merkle_root, version
from parley.text.consolidating import Change, Clash, Consolidation, consolidate
from parley.text.operations import Amendment, DeleteClause, Edit, InsertClause, MergeClauses, MoveClause, Operation, SplitClause
from parley.text.proposing import Misquote, derived, fitting, replaced, reworded, split_before
from parley.text.redlining import Piece, Redline, Row, pieces, redline, redline_of
from parley.text.rendering import as_data, as_html, as_markdown, as_terminal, pieces_as_html, side_by_side
from parley.text.tokens import CLAUSE_LIMIT, TEXT_LIMIT, Unfit, hidden, normalised, shown, tokens, words

__all__ = [
    "CLAUSE_LIMIT",
    "START",
    "TEXT_LIMIT",
    "VERSION_LIMIT",
    "Amendment",
    "Change",
    "Clash",
    "Clause",
    "Consolidation",
    "DeleteClause",
    "Edit",
    "InsertClause",
    "Kind",
    "MergeClauses",
    "Misquote",
    "MoveClause",
    "Operation",
    "Piece",
    "Redline",
    "Row",
    "SplitClause",
    "Unfit",
    "Version",
    "as_data",
    "as_html",
    "as_markdown",
    "as_terminal",
    "consolidate",
    "derived",
    "fitting",
    "hidden",
    "merkle_root",
    "normalised",
    "pieces",
    "pieces_as_html",
    "redline",
    "redline_of",
    "replaced",
    "reworded",
    "shown",
    "side_by_side",
    "split_before",
    "tokens",
    "version",
    "words",
]
