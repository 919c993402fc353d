"""Attributing: what may be said beside a sentence of who holds it, by the policy that was chosen before anything was captured."""

from parley.summaries.facts import Sentence
from parley.summaries.inputs import Inputs, counted
from parley.summaries.languages import language


def who_said(sentence: Sentence, attribution: str, inputs: Inputs, code: str) -> str:
    """Names, groups and a number, or a number alone; nothing under the policy `none`, for the chair's own wording, and for an unknown policy."""
    saying = counted(inputs.by_reference, ((source.input, source.stance) for source in sentence.sources))
    one, several = language(code).nameless
    match attribution:
        case "named":
            return ", ".join(sorted(saying))
        case "counted":
            return _number(len(saying), one, several)
        case "group":
            return _groups(sentence, inputs, saying, one, several)
        case _:
            return ""


def _groups(sentence: Sentence, inputs: Inputs, saying: frozenset[str], one: str, several: str) -> str:
    """The groups in whose name it was put in, and how many others hold it."""
    known = [inputs.by_reference[source.input] for source in sentence.sources if source.input in inputs.by_reference and source.stance == "support"]
    groups = sorted({put_in.on_behalf_of for put_in in known if put_in.on_behalf_of})
    spoken_for = {voice.delegation for put_in in known if put_in.on_behalf_of for voice in put_in.voices if voice.by == put_in.on_behalf_of}
    spoken_for |= {put_in.delegation for put_in in known if put_in.on_behalf_of}
    others = _number(len(saying - spoken_for), one, several)
    return ", ".join([*groups, *([others] if others else [])])


def _number(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""
