"""`parley replay`: looks at what a running service has parked, and lets it try again from the record."""

import json
from typing import Any

import httpx

from parley.kernel.peers import shared_word
from parley.kernel.settings import Settings

PARKED_SECONDS, REPLAY_SECONDS = 10, 600


def replayed(settings: Settings, service: str, *, as_json: bool) -> int:
    """Replay everything that is parked, by the first instance that answers; 1 if something stays, or nobody could be asked."""
    addresses = [one.strip() for one in settings.peers.get(service, "").split(",") if one.strip()]
    if not addresses:
        return _said(f"PARLEY_PEERS does not say where {service} is.")
    if settings.secret_file is None:
        return _said(f"What is parked is shown to who has the secret of {service}: set PARLEY_SECRET_FILE.")
    authorised = {"Authorization": f"Bearer {shared_word(settings.secret().get_secret_value().encode())}"}
    for address in addresses:
        try:
            parked = httpx.get(f"{address}/internal/parked", headers=authorised, timeout=PARKED_SECONDS)
            if parked.status_code == httpx.codes.NOT_FOUND:
                return _said(f"{service} has another secret than the one in PARLEY_SECRET_FILE.")
            outcome = httpx.post(f"{address}/internal/replay", headers=authorised, timeout=REPLAY_SECONDS).raise_for_status()
            return _told(parked.raise_for_status().json(), outcome.json(), as_json=as_json)
        except httpx.HTTPError as fault:
            why = f"{service} does not answer at {address} ({type(fault).__name__})."
    return _said(why)


def _told(parked: list[dict[str, Any]], outcome: list[dict[str, Any]], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"parked": parked, "outcome": outcome}))
    else:
        for one in parked:
            print(f"{one['source']} in {one['lane']}: parked before {one['fact']} ({one['reason']})")
        for one in outcome:
            print(f"{one['source']} in {one['lane']}: " + (f"stays ({one['stays']})" if "stays" in one else f"{one['facts']} facts taken in"))
        if not outcome:
            print("Nothing is parked.")
    return 1 if any("stays" in one for one in outcome) else 0


def _said(sentence: str) -> int:
    print(sentence)
    return 1
