"""The layout keeps what it promises: who imports whom, which words stand where, how long a file is, what is in the repository."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parley.protocol.access import MAY

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "services/parley"

LONGEST = 300
LONGER = {
    "summaries/facts.py": "a list of facts, each a few lines by itself",
}
"""Files that are longer, and why they stay whole."""

DOMAIN = frozenset(
    [
        "amendment",
        "amendments",
        "attribution",
        "bracket",
        "chair",
        "clause",
        "clauses",
        "credentials",
        "delegate",
        "delegation",
        "delegations",
        "disposition",
        "draft",
        "drafts",
        "embargo",
        "negotiation",
        "negotiations",
        "observer",
        "observers",
        "principle",
        "principles",
        "rapporteur",
        "roster",
        "ruling",
        "secretariat",
        "silence",
        "sponsor",
        "sponsors",
        "summaries",
        "summary",
        "theme",
    ]
)
IN_KERNEL = {
    ("http.py", "negotiation"): "FastAPI finds the lane in the path by the parameter's name, and in our paths a lane is a negotiation",
    ("http.py", "negotiations"): "the step of a path behind which the lane stands",
    ("openapi.py", "delegations"): "an example in the sentence that says how a cut is sent",
    ("openapi.py", "drafts"): "the same example",
    ("openapi.py", "negotiations"): "the beginning of all paths that have a lane",
    ("openapi.py", "negotiation"): "a sentence for those who read the description of all services",
    ("settings.py", "delegations"): "an example of a service's name",
    ("kafka_agents.py", "credentials"): "Faust's word for how to sign in to a broker",
    ("problem.py", "secretariat"): "a sentence that says whom to ask",
    ("kafka_topics.py", "observers"): "the one service that may read nothing but what is public",
}
"""Words of the domain that stand in the kernel all the same, each with its reason."""


def sources(folder: Path = PACKAGE) -> list[Path]:
    return sorted(file for file in folder.rglob("*.py") if "alembic" not in file.parts)


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """The strings of a module that do something: without docstrings, and without those that only explain a name."""
    explaining = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explaining:
            yield node


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in ("id", "attr", "name", "arg"):
            if isinstance(found := getattr(node, name, None), str):
                yield found


def words(text: str) -> set[str]:
    """The words of a sentence or a name, in lower case: `SummaryIssued` and `summary_issued` hold `summary`."""
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").lower()))


def test_the_import_contracts_are_kept() -> None:
    done = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_kernel_knows_no_word_of_the_domain_but_those_that_have_a_reason() -> None:
    found: set[tuple[str, str]] = set()
    for file in sources(PACKAGE / "kernel"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        said = set().union(*(words(one) for one in identifiers(tree)), *(words(str(one.value)) for one in strings(tree)))
        found |= {(file.name, word) for word in said & DOMAIN}
    assert found - set(IN_KERNEL) == set(), "say it in the words of the kernel: lane, fact, stream, view, service"
    assert set(IN_KERNEL) - found == set(), "these words are gone; take them off the list"


def test_the_text_engine_imports_nothing_of_ours_but_itself() -> None:
    for file in sources(PACKAGE / "text"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("parley"):
                assert (node.module or "").startswith("parley.text"), file.name


def test_no_file_is_longer_than_a_reader_can_hold_but_those_that_have_a_reason() -> None:
    long = {str(file.relative_to(PACKAGE)): len(file.read_text(encoding="utf-8").splitlines()) for file in sources()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST and name not in LONGER} == {}, "split it by subject"
    assert [name for name in LONGER if long.get(name, 0) <= LONGEST] == [], "these are short again; take them off the list"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "base", "manager", "managers"])
def test_no_file_is_called_after_nothing(name: str) -> None:
    assert [file for file in sources() if file.stem == name] == []


def test_every_action_that_is_asked_for_is_in_the_access_table_and_every_one_in_it_is_asked_for() -> None:
    subjects = {action.partition(".")[0] for action in MAY}
    asked: set[str] = set()
    unheard_of: dict[str, str] = {}
    for file in sources():
        if file.name == "access.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        asked |= {str(one.value) for one in strings(tree)} & set(MAY)
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            for argument in call.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", argument.value):
                    subject, _, verb = argument.value.partition(".")
                    if subject in subjects and argument.value not in MAY and verb not in ("json", "csv", "md", "html") and file.parent.name in SERVICES:
                        unheard_of[argument.value] = file.name
    assert unheard_of == {}, "nobody may do these: they are not in the table"
    assert set(MAY) - asked == set()


SERVICES = ("delegations", "drafts", "summaries", "observers")

ELSEWHERE = re.compile(
    r"(?<![\w.])/(?:work|root|home|Users)/[\w.-]+|(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|maven\.org|docker\.io|ghcr\.io|quay\.io|crates\.io)"
)


def test_nothing_in_the_repository_names_a_machines_folder_or_a_registrys_host() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout: git cannot say which files belong to it")
    found: dict[str, str] = {}
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file == Path(__file__) or not file.is_file():
            continue
        try:
            match = ELSEWHERE.search(file.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # pictures and archives
        if match:
            found[name] = match[0]
    assert found == {}
