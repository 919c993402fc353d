"""Languages: the words that a summary is checked and composed with, as data. A forum adds its own when it starts a summary."""

import msgspec


class Language(msgspec.Struct, frozen=True):
    """What the gate and the composer need of a language.

    Args:
        claims: words that claim a decision, in small letters; `*` at the end stands for any ending.
        bodies: what quantifiers count.
        quantifiers: words of quantity that are checked also where the forum's table does not know them.
        whole: those of them that need no body beside them.
        says: how a composed sentence puts a view; `{who}` and `{text}` are filled in.
        against: the same by stance.
        turned: how a quantifier that is a clause already takes up a stance.
        nameless: the body that is put behind a quantifier which does not name one itself: for one, and for several.
        clauses: words that show that a quantifier is a clause already, as in "a view was expressed".
        telling: small words that turn a meaning around; texts that differ in one of them are never near-identical.
        function_words: words that carry no content of their own, so that a sentence may use them without a source.
        placeholders: words that mark what is still to be written.
        header: the sentence under which everything is issued.
        by_itself: words in the names of states and bodies that name nobody alone.
    """

    claims: tuple[str, ...]
    bodies: tuple[str, ...]
    quantifiers: tuple[str, ...]
    whole: tuple[str, ...]
    says: str
    against: dict[str, str]
    turned: dict[str, str]
    nameless: tuple[str, str]
    clauses: tuple[str, ...]
    telling: frozenset[str]
    function_words: frozenset[str]
    placeholders: tuple[str, ...]
    header: str
    by_itself: frozenset[str]


def language(code: str) -> Language:
    """The language of that code; English where it is not known, because a check with foreign words is better than none."""
    return LANGUAGES.get(code, LANGUAGES["en"])


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_EN = Language(
    claims=(
        "agreed", "agree", "agrees", "agreeing", "agreement", "consensus", "consensual", "unanimous", "unanimously", "unanimity", "decided", "decide",
        "decides", "decision", "resolved", "resolve", "resolves", "adopted", "adopt", "adopts", "adoption", "shall", "committed", "commit", "commits",
        "undertook", "undertake", "undertakes", "endorsed", "endorse", "endorses", "approved", "approve", "approves", "binding", "concluded that",
        "by common accord", "without objection", "accepted by all", "pledged", "pledge",
    ),
    bodies=(
        "delegation", "delegations", "participant", "participants", "party", "parties", "state", "states", "member", "members", "speaker", "speakers",
        "country", "countries", "government", "governments", "view", "views",
    ),
    quantifiers=(
        "one", "two", "three", "a delegation", "a single", "a few", "few", "some", "several", "a number of", "many", "a majority of", "the majority of", "most", "almost all",
        "nearly all", "the vast majority of", "all", "every", "everybody", "everyone", "broad support", "wide support", "widespread support", "general support",
        "no", "both", "numerous", "the whole room",
    ),
    whole=("everybody", "everyone", "broad support", "wide support", "widespread support", "general support", "the whole room"),
    says="{who} put forward: {text}",
    against={
        "oppose": "{who} opposed the following: {text}",
        "reserve": "{who} reserved on the following: {text}",
        "hold": "{who} asked for more time on the following: {text}",
    },
    turned={"oppose": "{who} against the following: {text}", "reserve": "{who} with reservations: {text}", "hold": "{who} pending instructions: {text}"},
    nameless=("delegation", "delegations"),
    clauses=("was", "were", "is"),
    telling=_words("""no not none never neither nor without except unless only must shall should may might can could cannot all any every some against before after more
        less least most"""),
    function_words=_words("""a an and are as at be been by for from had has have having in into is it its more most no not of on one or other others some such than that the their
        them there these they this those time to under was were which while who will with would also both but each few following forward many may might put
        several should so all any asked can could did do does noted opposed recalled reserved said stated stressed view views expressed delegation delegations
        participant participants spoke did was held here however when where whether within without about against between further regard regarding"""),
    placeholders=("tbd", "tbc", "tba", "xx", "xxx", "todo", "to be completed", "to be confirmed", "to be inserted", "to be determined", "insert here"),
    header=(
        "Issued under the responsibility of the Chair. It is non-binding, is without prejudice to the positions of delegations, "
        "and records no decision of the meeting."
    ),
    by_itself=_words("""and the of republic kingdom united states state federal federation union islamic people peoples democratic delegation group mission government
        european south north east west new saint central great commonwealth organization organisation committee council community treaty chair
        chairman chairwoman chairperson president rapporteur head member observer minister ambassador secretary secretariat delegate deputy doctor"""),
)  # fmt: skip

_FR = Language(
    claims=(
        "convenu", "convenue", "convenus", "conviennent", "accord", "consensus", "unanime", "unanimes", "unanimement", "unanimité", "décidé", "décide",
        "décident", "décision", "résolu", "adopté", "adoptée", "adoptent", "approuvé", "approuvent", "s'engagent", "engagement", "contraignant", "entériné",
    ),
    bodies=(
        "délégation", "délégations", "participant", "participants", "partie", "parties", "état", "états", "membre", "membres", "pays", "gouvernement",
        "gouvernements", "orateurs", "avis",
    ),
    quantifiers=("une", "deux", "trois", "quelques", "certaines", "certains", "plusieurs", "de nombreuses", "de nombreux", "la plupart des", "la majorité des",
                 "toutes les", "tous les", "chaque", "aucune", "un large soutien"),
    whole=("un large soutien",),
    says="{who} : {text}",
    against={"oppose": "{who}, contre : {text}", "reserve": "{who}, avec réserve : {text}", "hold": "{who}, en attente d'instructions : {text}"},
    turned={"oppose": "{who} contre : {text}", "reserve": "{who} avec réserve : {text}", "hold": "{who} en attente d'instructions : {text}"},
    nameless=("délégation", "délégations"),
    clauses=("été", "est"),
    telling=_words("ne pas non ni sans sauf jamais aucun aucune doit doivent devrait devraient peut peuvent tous toutes seul seulement avant après"),
    function_words=_words("""à au aux avec ce ces cette dans de des du elle elles en et être ils il la le les leur leurs mais ne ou par pas plus pour qu que qui sa se ses son
        sont sur un une contre réserve attente d'instructions délégation délégations quelques certaines plusieurs nombreuses plupart toutes"""),
    placeholders=("à compléter", "à confirmer", "à insérer", "xx", "xxx"),
    header=(
        "Publié sous la responsabilité de la présidence. Ce texte n'est pas contraignant, ne préjuge pas des positions des délégations "
        "et ne consigne aucune décision de la réunion."
    ),
    by_itself=_words("et la le les de du des république royaume unis uni états état union européenne délégation groupe fédérale président présidente rapporteur ministre"),
)  # fmt: skip

LANGUAGES = {"en": _EN, "fr": _FR}
