"""What a summary knows of the forum that it is made in, and which of its sentences speak of an input."""

from parley.protocol.standing import Delegation, Standing
from parley.summaries.forum import Name, forum_of
from summaries.drafting_room import NETWORKS, SUPPLIERS, source, started, summary_of, written


def test_only_delegations_with_valid_credentials_are_counted_and_every_name_is_known() -> None:
    delegations = {"CZ": Delegation("Czechia", "accepted"), "JP": Delegation("Japan"), "PL": Delegation("Poland", "suspended")}
    standing = Standing(known_at=9, open=True, title="Prague", themes=("policy",), marking="public", delegations=delegations)
    forum = forum_of("prague", standing, [("CZ", "delegation code"), ("Poland", "delegation")])
    assert (forum.negotiation, forum.title, forum.themes, forum.marking, forum.accredited) == ("prague", "Prague", ("policy",), "public", 2)
    assert forum.names == (Name("CZ", "delegation code"), Name("Poland", "delegation"))


def test_an_input_knows_the_sentences_that_cite_it_in_the_order_of_reading() -> None:
    summary = summary_of(
        started(),
        written("s1", SUPPLIERS, source("p1")),
        written("s2", NETWORKS, source("p2"), theme="t2"),
        written("s3", SUPPLIERS, source("p2"), source("p1"), after="s1"),
    )
    assert (summary.citing("principle/p1"), summary.citing("principle/p2"), summary.citing("principle/p3")) == (["s1", "s3"], ["s3", "s2"], [])
