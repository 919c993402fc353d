"""`parley issue`: the chair sees what stands against an issue, and issues."""

import json
import re
from pathlib import Path

import httpx
import pytest

from commands.running import parley, up
from parley.client import Client

pytestmark = pytest.mark.real

ROSTER = """kind,code,name,role,delegation
delegation,CZ,Czechia,,
person,cz-head,Head of CZ,head,CZ
person,chair,The Chair,member,CZ
office,chair,chair,,
"""


async def test_a_dry_run_says_what_stands_against_it_and_an_issue_issues(tmp_path: Path) -> None:
    with up(tmp_path) as (_, address, said):
        async with httpx.AsyncClient(base_url=address, timeout=20) as http:
            house = await Client(http, "house").sign_in(re.findall(r"[0-9a-f]{64}", said)[0])
            secretariat = Client(http, "vienna", house.token)
            await secretariat.tell("/api/v1/negotiations", {"negotiation": "vienna", "title": "A meeting", "themes": ["policy"]})
            brought = await secretariat.tell("/roster.csv", csv=ROSTER)
            head, chair = [await Client(http, "vienna").sign_in(brought["invitations"][one]) for one in ("cz-head", "chair")]
            await head.tell("/principles", {"text": "Networks should be secure.", "theme": "policy"})
            at = f"/summaries/{(await chair.tell('/summaries', {'title': 'Summary'}))['summary']}"
            await chair.tell(f"{at}/compose", seen=await chair.etag(at))
            (theme,) = (await chair.ask(at))["themes"]
            claim = {"theme": theme["theme"], "text": "It was agreed.", "own_wording": True}
            sentence = (await chair.ask(at))["themes"][0]["sentences"][0]["sentence"]
            await chair.tell(f"{at}/sentences", claim | {"after": sentence}, seen=await chair.etag(at))
            (tmp_path / "token").write_text(f"{chair.token}\n")
            ask = ("issue", "vienna", "1", "--server", address, "--token-file", str(tmp_path / "token"))

            shut = parley(*ask, "--dry-run", data=tmp_path)
            assert (shut.returncode, "It would be refused (gate-shut)" in shut.stdout) == (1, True), shut.stdout + shut.stderr
            place = (await chair.ask(at))["themes"][0]["sentences"][1]["sentence"]
            assert re.search(rf"^{place}  .*\n    \S.*\n    or let it stand with a reason: claims-decision/{place}/agreed$", shut.stdout, re.MULTILINE)
            told = json.loads(parley(*ask, "--json", data=tmp_path).stdout)
            assert (told["refused"], [one["code"] for one in told["findings"]]) == ("gate-shut", ["claims-decision"])

            await chair.tell(f"{at}/sentences/{place}", method="DELETE", seen=await chair.etag(at))
            seen = await chair.etag(at)
            open_ = parley(*ask, "--dry-run", "--json", data=tmp_path)
            assert (open_.returncode, json.loads(open_.stdout)["symbol"]) == (0, "VIENNA/CS/1"), open_.stdout + open_.stderr
            assert await chair.etag(at) == seen, "a dry run records nothing"
            foreseen = parley(*ask, "--dry-run", data=tmp_path).stdout
            assert re.fullmatch(r"Nothing stands against it; it would be VIENNA/CS/1, to be released at [-0-9T:.]+Z to participants only\.\n", foreseen)
            issued = parley(*ask, data=tmp_path).stdout
            assert re.fullmatch(r"Issued: VIENNA/CS/1, to be released at [-0-9T:.]+Z to participants only\.\n", issued)
            (tmp_path / "head").write_text(head.token or "")
            hidden = parley(*ask[:-1], str(tmp_path / "head"), "--dry-run", data=tmp_path)
            assert (hidden.returncode, "unknown" in hidden.stdout) == (1, True), "whoever may not see the working text learns nothing of it"
    assert parley(*ask, data=tmp_path).returncode == 2, "nobody answers"
    assert parley(*ask[:-2], data=tmp_path).returncode == 2, "nobody says who asks"
