"""`parley replay`: looks at what a running service has parked, and lets it try again from the record."""

import json

import httpx

from parley.kernel.settings import Settings


def replayed(settings: Settings, service: str, *, as_json: bool) -> int:
    """Replay everything that is parked; 1 if something stays."""
    address = settings.peers.get(service, "").split(",")[0]
    if not address:
        print(f"PARLEY_PEERS does not say where {service} is.")
        return 1
    try:
        parked = httpx.get(f"{address}/internal/parked", timeout=10).raise_for_status().json()
        outcome = httpx.post(f"{address}/internal/replay", timeout=600).raise_for_status().json()
    except httpx.HTTPError as fault:
        print(f"{service} does not answer at {address} ({type(fault).__name__}).")
        return 1
    if as_json:
        print(json.dumps({"parked": parked, "outcome": outcome}))
    else:
        for one in parked:
            print(f"{one['source']} in {one['lane']}: parked before {one['fact']} ({one['reason']})")
        for one in outcome:
            print(f"{one['source']} in {one['lane']}: " + (f"stays ({one['stays']})" if "stays" in one else f"{one['facts']} facts taken in"))
        print("Nothing is parked." if not outcome else "")
    return 1 if any("stays" in one for one in outcome) else 0
