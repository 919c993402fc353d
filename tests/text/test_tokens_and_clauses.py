"""What a text may hold, what a reader sees of it, and how a version is hashed."""

import hashlib

import pytest

from parley.text import CLAUSE_LIMIT, START, Clause, Unfit, Version, hidden, merkle_root, normalised, shown, tokens, version, words
from parley.text import clauses as clauses_module
from parley.text.lines import Line, canonical_lines, line_of, passage
from parley.text.numbering import inserted_number, renumbered
from parley.text.tokens import is_unspaced


def test_a_word_keeps_its_marks_and_each_han_sign_stands_alone() -> None:
    assert tokens("the controller's 95/46") == ["the", " ", "controller's", " ", "95", "/", "46"]
    assert tokens("个人 हिन्दी cafe\u0301 👩\u200d👧 می\u200cخواهم l’a") == [
        "个",
        "人",
        " ",
        "हिन्दी",
        " ",
        "cafe\u0301",
        " ",
        "👩\u200d👧",
        " ",
        "می\u200cخواهم",
        " ",
        "l’a",
    ]
    assert words("One, two; 三!") == ["One", "two", "三"]
    assert (is_unspaced("三"), is_unspaced("three")) == (True, False)


def test_text_is_kept_composed_with_plain_line_ends_and_no_space_around() -> None:
    assert normalised(" cafe\u0301\r\nx\ry \n") == "café\nx\ny"


@pytest.mark.parametrize(
    ("raw", "rule"), [("a\x00b", "unreadable"), ("a\ud800", "unreadable"), ("a\x1b[31m", "unreadable"), ("a" * (CLAUSE_LIMIT + 1), "too-long")]
)
def test_what_no_text_may_hold_is_refused(raw: str, rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        normalised(raw)
    assert refused.value.rule == rule
    assert normalised("a" * CLAUSE_LIMIT)


def test_the_place_of_a_forbidden_character_is_named() -> None:
    with pytest.raises(Unfit, match=r"Character 2 is U\+0000"):
        normalised("a\x00b")


def test_hidden_characters_are_shown_and_joiners_of_a_script_are_not() -> None:
    assert hidden("plain") == []
    assert hidden("a\u202eb\u200b") == [(1, "\u202e"), (3, "\u200b")]
    assert shown("a\u202eb") == "a⟦RIGHT-TO-LEFT OVERRIDE⟧b"
    assert shown("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"
    assert shown("a\u200db") == "a⟦ZERO WIDTH JOINER⟧b"
    assert shown("é\u200d") == "é⟦ZERO WIDTH JOINER⟧"


def test_a_version_is_a_tree_in_order() -> None:
    found = version([Clause("a", " x "), Clause("b", "y", parent="a"), Clause("c", "z", parent="b"), Clause("d", "w", parent="a"), Clause("e", "v")])
    assert found.clause("a").text == "x"
    assert (found.subtree("a"), found.subtree("a", {"b"})) == (("a", "b", "c", "d"), ("a", "d"))
    assert (found.ancestors("c"), found.ancestors("a")) == (("b", "a"), ())
    assert found.children == {START: ("a", "e"), "a": ("b", "d"), "b": ("c",)}
    assert "b" in found
    assert "x" not in found
    assert [one.id for one in found] == ["a", "b", "c", "d", "e"]
    with pytest.raises(Unfit, match="concordance"):
        found.clause("x")


@pytest.mark.parametrize(
    ("clauses", "rule"),
    [
        ([Clause("a", "x"), Clause("a", "y")], "name-taken"),
        ([Clause("", "x")], "name-taken"),
        ([Clause("a", "x", parent="b")], "misplaced"),
        ([Clause("a", "x"), Clause("b", "y"), Clause("c", "z", parent="a")], "misplaced"),
    ],
)
def test_a_version_needs_names_and_parents_before_children(clauses: list[Clause], rule: str) -> None:
    with pytest.raises(Unfit) as refused:
        version(clauses)
    assert refused.value.rule == rule


def test_a_document_has_stated_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clauses_module, "VERSION_LIMIT", 2)
    version([Clause("a", "x"), Clause("b", "x")])
    with pytest.raises(Unfit, match="Divide it"):
        version([Clause("a", "x"), Clause("b", "x"), Clause("c", "x")])
    monkeypatch.setattr(clauses_module, "TEXT_LIMIT", 3)
    version([Clause("a", "xy"), Clause("b", "x")])
    with pytest.raises(Unfit, match="Divide it"):
        version([Clause("a", "xy"), Clause("b", "xy")])


def test_a_hundred_thousand_paragraphs_are_handled_and_one_more_is_refused() -> None:
    many = [Clause(f"c{at}", "ten words are in this clause, as in all others") for at in range(100_000)]
    assert len(version(many).root) == 64
    with pytest.raises(Unfit) as refused:
        version([*many, Clause("more", "x")])
    assert refused.value.rule == "too-long"


def test_the_root_is_the_merkle_tree_of_rfc_6962() -> None:
    def leaf(data: bytes) -> bytes:
        return hashlib.sha256(b"\x00" + data).digest()

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + left + right).digest()

    a, b, c, d, e = (leaf(letter.encode()) for letter in "abcde")
    assert merkle_root([]) == hashlib.sha256(b"").digest()
    assert merkle_root([a]) == a
    assert merkle_root([a, b, c]) == node(node(a, b), c)
    assert merkle_root([a, b, c, d]) == node(node(a, b), node(c, d))
    assert merkle_root([a, b, c, d, e]) == node(node(node(a, b), node(c, d)), e)
    one = Clause("c", "x")
    assert Version((one,)).root == one.digest


def test_everything_counts_for_the_hash_and_words_alone_for_a_sign_off() -> None:
    one = Clause("c", "x", number="1")
    assert one.digest == "d9562f428807052502aad2e84266ea444a97ceb237e7a4057e67fdcd780d7506"  # recorded for ever: another value breaks every proof
    assert Clause("c", "x").wording == "5e725737776fe399cddf93271c115aba998574797fc6738df30c563dd473bb8e"
    variants = [
        Clause("d", "x", number="1"),
        Clause("c", "y", number="1"),
        Clause("c", "x", number="2"),
        Clause("c", "x", "1", "point"),
        Clause("c", "x", "1", parent="p"),
    ]
    assert len({one.digest, *(variant.digest for variant in variants)}) == 6
    assert {one.wording == variant.wording for variant in variants if variant.text == "x"} == {True}
    assert one.wording != variants[1].wording


def test_inserted_clauses_are_numbered_bis_and_ter_until_a_revision() -> None:
    assert inserted_number("3", {"3"}) == "3 bis"
    assert inserted_number("3 bis", {"3", "3 bis", "3 ter"}) == "3 quater"
    assert inserted_number("", {}) == ""
    latin = {f"3 {one}" for one in ["bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies", "undecies", "duodecies"]}
    assert inserted_number("3", latin) == "3 bis bis"


def test_a_revision_numbers_anew() -> None:
    found = version(
        [
            Clause("t", "Title", kind="title", number="I"),
            Clause("p", "Whereas", kind="preamble"),
            Clause("ps", "Considering", kind="preamble", parent="p"),
            Clause("o1", "One", number="9"),
            *(Clause(f"x{at}", "point", kind="point", parent="o1") for at in range(28)),
            Clause("o2", "Two", number="2"),
            Clause("y", "point", kind="point", parent="o2"),
            Clause("s", "Section", kind="heading", number="A"),
            Clause("o3", "Three", parent="s"),
        ]
    )
    numbers = {one.id: one.number for one in renumbered(found).clauses}
    assert [numbers[name] for name in ("t", "p", "ps", "o1", "o2", "x0", "x25", "x26", "x27", "y", "s", "o3")] == [
        *["I", "1", "2", "1", "2", "(a)", "(z)", "(aa)", "(ab)", "(a)", "A", "3"]
    ]


def test_lines_are_numbered_through_and_broken_where_words_end() -> None:
    found = version([Clause("a", "One two three (four) five."), Clause("b", ""), Clause("c", "x\ny")])
    lines = canonical_lines(found, 10)
    assert lines == (
        Line(1, "a", 0, 7),
        Line(2, "a", 8, 13),
        Line(3, "a", 14, 20),
        Line(4, "a", 21, 26),
        Line(5, "b", 0, 0),
        Line(6, "c", 0, 1),
        Line(7, "c", 2, 3),
    )
    assert [line_of(lines, found, "a", at) for at in (0, 7, 8, 14, 25)] == [1, 1, 2, 3, 4]
    assert line_of(lines, found, "c", 2) == 7
    assert passage(lines, found, 2, 3) == "three\n(four)"
    for first, last in ((0, 1), (3, 2), (7, 8)):
        with pytest.raises(Unfit, match="lines 1 to 7"):
            passage(lines, found, first, last)
    with pytest.raises(Unfit, match="at least 2"):
        canonical_lines(found, 1)


def test_wide_signs_take_two_columns_and_marks_none() -> None:
    def broken(text: str, width: int) -> list[str]:
        return [text[line.start : line.end] for line in canonical_lines(Version((Clause("a", text),)), width)]

    assert broken("个人数据（包括信息）应", 10) == ["个人数据", "（包括信", "息）应"]
    assert broken("e\u0301e\u0301e\u0301 abc", 3) == ["e\u0301e\u0301e\u0301", "abc"]
    assert broken("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"]
    assert broken("个abc人", 4) == ["个", "abc", "人"]
    assert broken("ab cd", 5) == ["ab cd"]
    assert broken("ab cd", 4) == ["ab", "cd"]
