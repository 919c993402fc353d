"""What the summaries' HTTP takes: the bodies of requests, with their limits."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from parley.protocol.plain_text import plain_line, plain_text

Line = Annotated[str, AfterValidator(plain_line), Field(min_length=1, max_length=300)]
Text = Annotated[str, AfterValidator(plain_line), Field(min_length=1, max_length=20_000)]
Reason = Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=2_000)]
OptionalReason = Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=2_000)]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9-]{0,15}$", description="a delegation's code, as in CZ")]
Id = Annotated[str, Field(pattern=r"^[ts][1-9][0-9]{0,6}$", description="the permanent id of a theme or sentence, as in t1 or s12")]
Reference = Annotated[str, Field(max_length=300, description="`principle/<id>` or `document/<document>/amendment/<amendment>`")]


class Body(BaseModel):
    """A request's body: nothing undeclared, nothing guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Beginning(Body):
    """A summary to be begun."""

    title: Line
    marking: Annotated[str | None, Field(description="the negotiation's own if left out, or a stricter one: public, participants or restricted")] = None
    audience: Annotated[list[Code], Field(max_length=300, description="who may read a restricted summary, besides the bench")] = []
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$", description="whose words it is composed and checked with")] = "en"
    themes: Annotated[list[Line], Field(max_length=100, description="the negotiation's own if left out")] = []
    claims: Annotated[list[Line], Field(max_length=200, description="further words that claim a decision in this forum")] = []
    nicknames: Annotated[list[Line], Field(max_length=500, description="further names under which delegations and persons are known")] = []
    countersigned: Annotated[bool, Field(description="whether somebody else of the bench signs each issue after the chair")] = False


class Title(Body):
    """A new title."""

    title: Line


class Marked(Body):
    """How far it travels from now on."""

    marking: str
    audience: Annotated[list[Code], Field(max_length=300)] = []
    reason: Reason


class NewTheme(Body):
    """A theme to be added."""

    title: Line
    after: Id | None = None


class SourceNamed(Body):
    """A link to an input; without a span the whole of it is meant."""

    input: Reference
    start: Annotated[int | None, Field(ge=0, le=200_000, description="first character, counted in code points")] = None
    end: Annotated[int | None, Field(ge=1, le=200_000)] = None
    stance: Annotated[str, Field(description="whose voices are counted: support, oppose, reserve or hold")] = "support"


class Wording(Body):
    """A sentence: on sources, or the chair's own wording."""

    text: Text
    sources: Annotated[list[SourceNamed] | None, Field(max_length=2_000, description="if left out when a sentence is edited, its sources follow its words")] = (
        None
    )
    own_wording: bool = False
    quantifier: Annotated[Line | None, Field(max_length=100, description="the forum's word for the count that the text uses")] = None


class NewSentence(Wording):
    """A sentence and its place: behind another one, or at the start of the theme."""

    theme: Id
    after: Id | None = None


class Cut(Body):
    """Where a sentence is parted."""

    at_character: Annotated[int, Field(ge=1, le=20_000, description="characters before the cut, counted in code points")]


class Merger(Body):
    """Sentences that become one."""

    sentences: Annotated[list[Id], Field(min_length=2, max_length=100, description="the first keeps its id and its place")]
    text: Text


class Place(Body):
    """Where a sentence is to stand."""

    theme: Id
    after: Id | None = None


class Answer(Body):
    """What became of an input."""

    input: Reference
    disposition: Annotated[str, Field(description="reflected, partly, merged, parked or not_reflected")]
    into: Reference | None = None
    reason_code: Annotated[Line | None, Field(max_length=40)] = None
    reason: OptionalReason = ""


class Answers(Body):
    """What became of inputs."""

    dispositions: Annotated[list[Answer], Field(min_length=1, max_length=500)]


class Apart(Body):
    """Whether an input is composed alone."""

    input: Reference
    apart: bool


class LetStand(Body):
    """A finding that may stand, by its name in the gate's report, and why."""

    finding: Annotated[str, Field(max_length=600)]
    reason: Reason


class Issue(Body):
    """When the version is released: at once if left out."""

    release_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class Replacement(Body):
    """One place of a correction."""

    place: Annotated[int, Field(ge=1, le=100_000, description="the number of the sentence in the issued version")]
    old: Annotated[str, AfterValidator(plain_line), Field(min_length=1, max_length=2_000)]
    new: Annotated[str, AfterValidator(lambda text: text and plain_line(text)), Field(max_length=2_000)]


class Correction(Body):
    """What is corrected, and why."""

    changes: Annotated[list[Replacement], Field(min_length=1, max_length=200)]
    reason: Reason


class Window(Body):
    """Until when delegations may ask for corrections, with its offset from UTC."""

    closes_at: Annotated[AwareDatetime, Field(strict=False)]


class Asked(Body):
    """How a sentence fails to put one's own view, and what would put it rightly."""

    sentence: Id
    text: Annotated[Text, Field(description="the sentence as you have read it")]
    says: Reason
    proposes: OptionalReason = ""


class Answered(Body):
    """The chair's answer to a request."""

    outcome: Annotated[str, Field(description="made or declined")]
    reason: Reason


class Stated(Body):
    """What a delegation puts beside an issued version, in its own name, for everybody who reads the version."""

    kind: Annotated[str, Field(max_length=40, description="reservation, interpretative-statement, explanation, disassociation or statement")]
    says: Annotated[str, AfterValidator(plain_text), Field(min_length=1, max_length=20_000)]
    places: Annotated[
        list[Annotated[int, Field(ge=1, le=100_000)]], Field(max_length=1_000, description="numbers of sentences; the whole text if left out")
    ] = []
    on_behalf_of: Annotated[str | None, Field(pattern=r"^[A-Z][A-Z0-9-]{0,15}$", description="a group that you are a member of")] = None


class Back(Body):
    """Why a statement is taken back, if the delegation says so."""

    reason: Annotated[str, AfterValidator(lambda text: text and plain_text(text)), Field(max_length=20_000)] = ""


class Anew(Body):
    """What was wrong with the file."""

    reason: Reason
