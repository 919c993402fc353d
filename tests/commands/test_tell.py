"""`parley tell`: everything that the interface takes is said from the command line."""

import json
import re
from pathlib import Path

import httpx
import pytest

from commands.running import parley, up
from commands.test_issue import ROSTER
from parley.client import Client

pytestmark = pytest.mark.real


async def test_a_silence_is_begun_broken_and_read_and_a_statement_made_from_the_command_line(tmp_path: Path) -> None:
    with up(tmp_path) as (_, address, said):
        async with httpx.AsyncClient(base_url=address, timeout=20) as http:
            house = await Client(http, "house").sign_in(re.findall(r"[0-9a-f]{64}", said)[0])
            secretariat = Client(http, "vienna", house.token)
            await secretariat.tell("/api/v1/negotiations", {"negotiation": "vienna", "title": "A meeting", "themes": ["policy"]})
            invited = (await secretariat.tell("/roster.csv", csv=ROSTER))["invitations"]
            for who in ("cz-head", "chair"):
                (tmp_path / who).write_text(str((await Client(http, "vienna").sign_in(invited[who])).token))

        def told(who: str, *words: str, code: int = 0) -> dict[str, object]:
            done = parley("tell", "vienna", *words, "--server", address, "--token-file", str(tmp_path / who), data=tmp_path)
            assert done.returncode == code, done.stdout + done.stderr
            return json.loads(done.stdout) if code < 2 else {"error": done.stderr}

        told("cz-head", "/principles", json.dumps({"text": "Networks should be secure.", "theme": "policy"}))
        assert told("chair", "/summaries", json.dumps({"title": "Summary"}))["summary"] == "1"
        told("chair", "/summaries/1/compose", "--method", "POST", "--seen", "/summaries/1")
        told("chair", "/summaries/1/silence", json.dumps({"until": "2099-01-01T10:00", "zone": "UTC"}), "--seen", "/summaries/1", code=1)
        told("chair", "/summaries/1/issue", "{}", "--seen", "/summaries/1")
        told("cz-head", "/summaries/1/versions/1/statements", json.dumps({"kind": "reservation", "says": "Not us."}))
        (stated,) = told("chair", "/summaries/1/versions/1/statements")["statements"]  # type: ignore[misc]
        assert stated["says"] == "Not us."
        assert told("cz-head", "/summaries/1/versions/1/statements", json.dumps({"kind": "veto", "says": "No."}), code=1)["refused"] == "unknown-statement"
        assert "no JSON" in str(told("cz-head", "/principles", "{", code=2)["error"])
