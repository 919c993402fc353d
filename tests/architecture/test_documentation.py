"""What can be typed, set or read is documented."""

import re
from pathlib import Path

import pytest
import typer

from parley.kernel.settings import Settings
from parley.main import cli

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
COMMANDS = sorted(typer.main.get_command(cli).commands)  # type: ignore[attr-defined]  # a group of commands


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_documentation(command: str) -> None:
    assert f"parley {command}" in TEXT


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_in_the_documentation(setting: str) -> None:
    assert f"PARLEY_{setting.upper()}" in TEXT


def test_no_setting_is_documented_that_is_not_there() -> None:
    known = {f"PARLEY_{setting.upper()}" for setting in Settings.model_fields}
    assert set(re.findall(r"PARLEY_[A-Z0-9_]*[A-Z0-9]", TEXT)) - known == set()


@pytest.mark.parametrize("target", re.findall(r"^\.PHONY: (.*)", MAKEFILE, re.MULTILINE)[0].split())
def test_every_make_target_says_what_it_does(target: str) -> None:
    assert re.search(rf"^{target}:.*## \w+", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_it(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")):
            assert (page.parent / target).exists(), target
