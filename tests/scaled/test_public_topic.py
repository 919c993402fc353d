"""The observers' principal may read one topic of facts: what is restricted is never in it, and an embargoed text not before its time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from infra.native.cluster import Cluster

from faults.crowd import Crowd, Person
from faults.findings import Findings
from parley.kernel.kafka_topics import PUBLIC_TOPIC, topic_of
from parley.main import parts

pytestmark = pytest.mark.real

AT = "/api/v1/negotiations/kept0"
SUBMITTED, PROPOSED, EMBARGOED = "Restricted words of a principle", "Restricted words of an amendment", "What is embargoed"
EMBARGO = timedelta(seconds=60)


def said_in(cluster: Cluster, topic: str) -> bytes:
    """Everything that stands in a topic: keys, values and headers."""
    return repr([(one.key, one.value, one.headers) for one in Findings(cluster, parts()).messages(topic)]).encode()  # type: ignore[attr-defined]


async def until_said(cluster: Cluster, topic: str, words: str, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while words.encode() not in await asyncio.to_thread(said_in, cluster, topic):
        assert time.monotonic() < until, f"{topic} never had what the test looks for"
        await asyncio.sleep(0.5)


async def issue(crowd: Crowd, chair: Person, release_at: datetime) -> None:
    """Issue a summary of everything, under embargo."""
    begun = (await crowd.told(chair, "POST", f"{AT}/summaries", "kept-begin", json={"title": EMBARGOED})).json()["summary"]
    path = f"{AT}/summaries/{begun}"

    async def change(act: str, body: dict[str, Any] | None = None) -> None:
        read = await crowd.told(chair, "GET", path, f"kept-read-{act}")
        more = {"json": body} if body is not None else {}
        await crowd.told(chair, "POST", f"{path}/{act}", f"kept-{act}", headers={"If-Match": read.headers["ETag"]}, **more)

    await change("compose")
    inputs = (await crowd.told(chair, "GET", f"{path}/inputs?limit=500", "kept-inputs")).json()["inputs"]
    answer = {"disposition": "not_reflected", "reason_code": "other", "reason": "Answered in the draft, where its fate is recorded."}
    left = [{"input": one["reference"], **answer} for one in inputs if one["disposition"] is None]
    if left:
        await change("dispositions", {"dispositions": left})
    await change("issue", {"release_at": release_at.isoformat()})


async def test_what_is_restricted_or_under_embargo_is_not_in_the_topic_that_observers_read(cluster: Cluster) -> None:
    async with Crowd(cluster.address, 4, "kept") as crowd:
        await crowd.gather_people(await asyncio.to_thread(cluster.invite, "kept"), lanes=1, marking="public")
        head, chair = crowd.people[0], crowd.chairs[0]
        await crowd.told(head, "POST", f"{AT}/principles", "kept-1", json={"text": f"{SUBMITTED}.", "theme": "policy"})
        body = {"base_version": 0, "operation": "insert", "clause": "p1", "new": f"{PROPOSED}.", "number": "1a"}
        await crowd.told(head, "POST", f"{AT}/documents/zero/amendments", "kept-2", json=body)
        chair.cut |= {name: max(chair.cut.get(name, 0), seq) for name, seq in head.cut.items()}
        release_at = datetime.now(UTC) + EMBARGO
        await issue(crowd, chair, release_at)

        # What is looked for is there: in the topics of the services themselves.
        await until_said(cluster, topic_of("delegations"), SUBMITTED)
        await until_said(cluster, topic_of("drafts"), PROPOSED)
        await until_said(cluster, topic_of("summaries"), EMBARGOED)
        public = await asyncio.to_thread(said_in, cluster, PUBLIC_TOPIC)
        assert datetime.now(UTC) < release_at, "the machine was too slow to look before the release"
        for words in (SUBMITTED, PROPOSED, EMBARGOED):
            assert words.encode() not in public

        await until_said(cluster, PUBLIC_TOPIC, EMBARGOED)  # so the relays have passed by all that was before
        public = await asyncio.to_thread(said_in, cluster, PUBLIC_TOPIC)
        assert PROPOSED.encode() not in public  # the principle's words are in the summary now
