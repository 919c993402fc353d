"""Every refusal that Parley can give, found in its code: code, status, and the sentences that say what to do."""

import ast
import string
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from parley.drafts import quoting
from parley.kernel.problem import TECHNICAL

PACKAGE = Path(__file__).resolve().parents[1] / "services/parley"
STATUS = {"Refused": 409, "require": 409, "NotEntitled": 403, "Invalid": 422, "Unknown": 404, "RuledOut": 409, "Impossible": 422}
"""What refuses, and with which status; classes that inherit from one of these are found."""


@dataclass(frozen=True)
class Found:
    """One refusal at one place."""

    code: str
    status: int
    sentence: str
    place: str


def problems() -> dict[str, dict[str, object]]:
    """All problems by code, technical ones included. A code has one status; a test says so, and names the places where it has not."""
    found = by_code()
    return {code: {"status": mine[0].status, "sentences": sorted({one.sentence for one in mine})} for code, mine in found.items()}


def by_code() -> dict[str, list[Found]]:
    """Every place where a problem is given, by its code."""
    found = [*refusals(), *(Found(code, status, sentence, "kernel/problem.py") for code, (status, sentence) in TECHNICAL.items())]
    return {code: [one for one in found if one.code == code] for code in sorted({one.code for one in found})}


def refusals() -> Iterator[Found]:
    """Every refusal with a code of its own, file by file. One that only passes another's code on (`refused.rule`) is found where that one is made."""
    for file in sorted(PACKAGE.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if not any(f"{name}(" in source for name in ("Unfit", "__init__", *STATUS)):
            continue  # it refuses nothing
        tree = ast.parse(source)
        name = ".".join(("parley", *file.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        yield from _Finder(import_module(name), str(file.relative_to(PACKAGE))).found_in(tree)


class _Finder:
    def __init__(self, module: ModuleType, file: str) -> None:
        self.module = module
        self.file = file

    def found_in(self, tree: ast.AST) -> Iterator[Found]:
        for function in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef))]:
            for node in _own(function):
                if isinstance(node, ast.Call):
                    yield from self._refusal(node, function)

    def _refusal(self, call: ast.Call, inside: ast.AST) -> Iterator[Found]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        said = call.args[1:] if name == "require" else call.args
        place = f"{self.file}:{call.lineno}"
        if name == "__init__":  # `super().__init__("code", "sentence")` of a refusal's own class
            name = self._class_around(call) or ""
        elif name not in (*STATUS, "Unfit") and "__init__" in getattr(getattr(self.module, name, None), "__dict__", ()):
            return  # a class of its own says its code itself
        if self._status(name, "") is None or len(said) < 2 or (isinstance(said[0], ast.Attribute | ast.Name) and getattr(said[0], "attr", said[0]) == "rule"):
            return
        code = self._constant(said[0])
        if code is None:
            if isinstance(said[0], ast.Name) and self.file == "kernel/decider.py":
                return  # `require` itself
            raise ValueError(f"{place}: write the code of a refusal where it is refused, so that it is found")
        status = self._status(name, code)
        for sentence in self._sentences(said[1], inside, place):
            yield Found(code, status or 0, sentence, place)

    def _status(self, name: str, code: str) -> int | None:
        if name in STATUS:
            return STATUS[name]
        kind = getattr(self.module, name, None)
        if not isinstance(kind, type):
            return None
        bases = {one.__name__ for one in kind.__mro__}
        if "Refused" in bases:
            return int(kind.status)  # type: ignore[attr-defined]  # every refusal has one
        if "Unfit" in bases:  # what the text engine says of a misfit becomes a refusal at its one way into a service
            return 422 if code in quoting._NEVER_FITS else 409
        return None

    def _class_around(self, call: ast.Call) -> str | None:
        tree = ast.parse((PACKAGE / self.file).read_text(encoding="utf-8"))
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.lineno < call.lineno <= (node.end_lineno or 0)]
        return classes[-1].name if classes else None

    def _sentences(self, node: ast.expr, inside: ast.AST, place: str) -> list[str]:
        if isinstance(node, ast.IfExp):
            return [*self._sentences(node.body, inside, place), *self._sentences(node.orelse, inside, place)]
        if isinstance(node, ast.JoinedStr):
            return ["".join(self._piece(part) for part in node.values)]
        if (constant := self._constant(node)) is not None:
            return [constant]
        if isinstance(node, ast.BinOp):
            return [one + other for one in self._sentences(node.left, inside, place) for other in self._sentences(node.right, inside, place)]
        if isinstance(node, ast.Name):
            found = [one for value in _assigned(inside, node.id) for one in self._sentences(value, inside, place)]
            if found:
                return found
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):  # TECHNICAL["stale"][1]: it is there already
            return []
        raise ValueError(f"{place}: write the sentence of a refusal where it is refused, so that it is found")

    def _piece(self, part: ast.expr) -> str:
        if isinstance(part, ast.Constant):
            return str(part.value)
        value = part.value if isinstance(part, ast.FormattedValue) else part
        spec = "".join(str(one.value) for one in part.format_spec.values if isinstance(one, ast.Constant)) if getattr(part, "format_spec", None) else ""  # type: ignore[attr-defined, union-attr]
        match value:
            case ast.Name(name) if isinstance(known := getattr(self.module, name, None), str | int):
                return format(known, spec)
            case ast.Call(ast.Attribute(ast.Constant(str() as between), "join"), [ast.Name(name)]) if hasattr(self.module, name):
                return between.join(getattr(self.module, name))
            case _:
                names = [node.id if isinstance(node, ast.Name) else node.attr for node in ast.walk(value) if isinstance(node, ast.Name | ast.Attribute)]
                return "{" + next((name for name in names if name not in ("join", "sorted", "len")), "…") + "}"

    def _constant(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        known = getattr(self.module, node.id, None) if isinstance(node, ast.Name) else None
        return known if isinstance(known, str) else None


def _own(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions and classes in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield child
            yield from _own(child)


def _assigned(inside: ast.AST, name: str) -> Iterator[ast.expr]:
    """What a name stands for in a function: what is assigned to it there, or the default of the parameter."""
    if isinstance(inside, ast.FunctionDef):
        defaults = zip(reversed(inside.args.args), reversed(inside.args.defaults), strict=False)
        yield from (default for argument, default in defaults if argument.arg == name)
    for node in _own(inside):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                yield node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from (value for one, value in zip(target.elts, node.value.elts, strict=True) if isinstance(one, ast.Name) and one.id == name)


def is_code(code: str) -> bool:
    """Whether a code can stand in an address: lower case letters, digits and hyphens."""
    return bool(code) and set(code) <= set(string.ascii_lowercase + string.digits + "-")
