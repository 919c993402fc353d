"""Deeds: for every operation of the interface, which action of the access table it is, and a request that succeeds for who may do it."""

from dataclasses import dataclass
from typing import Any

from hostile.stage import CLAUSES, EDIT, FAR, HARDEN, SOFTEN, UNTIL, Maker, Stage

ROW = "kind,code,name,role,delegation\ndelegation,R{n},Republic {n},,\n"
WORDED = {"theme": "t1", "text": "The meeting was held in Prague.", "own_wording": True}


@dataclass(frozen=True)
class Deed:
    """One request. Words in braces stand for what `given` has made.

    `own`: of the heads only the author's may. `refused`: by person, with which rule one who may is refused all the same. `hidden`: who may not do it may not
    know of the thing either.
    """

    action: str
    operation: str
    method: str
    path: str
    body: Any = None
    given: Maker = Stage.nothing
    seen: str | None = None
    own: bool = False
    refused: tuple[tuple[str, str], ...] = ()

    def filled(self, made: dict[str, Any]) -> tuple[str, Any, str | None]:
        """Path, body and what was seen, about the things that were made."""
        return self.path.format(**made), _filled(self.body, made), None if self.seen is None else self.seen.format(**made)


def _filled(body: Any, made: dict[str, Any]) -> Any:
    match body:
        case str():
            return body.format(**made)
        case dict():
            return {name: _filled(value, made) for name, value in body.items()}
        case list():
            return [_filled(value, made) for value in body]
        case _:
            return body


S, D, P = "/summaries/{summary}", "/documents/{document}", "/principles/{principle}"
A = D + "/amendments/{amendment}"
TOO_EARLY = (("secretariat", "outage-elsewhere"),)
NOT_CLOSED, NOT_ITS_OWN = (("chair", "call-not-closed"),), (("no-head", "no-such-objection"),)
OWN_PRINCIPLE, OWN_AMENDMENT = (("jp-head", "own-principle"),), (("jp-head", "own-amendment"),)

DEEDS: tuple[Deed, ...] = (
    # the chair's summary
    Deed("summary.draft", "summaries_start_summary", "POST", "/summaries", {"title": "Another {n}"}),
    Deed("summary.draft", "summaries_retitle_summary", "PUT", S + "/title", {"title": "Better {n}"}, Stage.summary, S),
    Deed("summary.issue", "summaries_mark_summary", "PUT", S + "/marking", {"marking": "restricted", "audience": ["JP"], "reason": "Not yet."}, Stage.summary, S),
    Deed("summary.draft", "summaries_compose_summary", "POST", S + "/compose", None, Stage.summary, S),
    Deed("summary.draft", "summaries_set_apart", "POST", S + "/apart", {"input": "{input}", "apart": True}, Stage.summary, S),
    Deed("summary.draft", "summaries_add_theme", "POST", S + "/themes", {"title": "Other {n}"}, Stage.summary, S),
    Deed("summary.draft", "summaries_retitle_theme", "PUT", S + "/themes/t1", {"title": "Policy {n}"}, Stage.summary, S),
    Deed("summary.draft", "summaries_remove_theme", "DELETE", S + "/themes/{empty}", None, Stage.written, S),
    Deed("summary.draft", "summaries_write_sentence", "POST", S + "/sentences", WORDED, Stage.summary, S),
    Deed("summary.draft", "summaries_edit_sentence", "PUT", S + "/sentences/{own}", {"text": "It was held.", "own_wording": True}, Stage.written, S),
    Deed("summary.draft", "summaries_split_sentence", "POST", S + "/sentences/{own}/split", {"at_character": 32}, Stage.written, S),
    Deed("summary.draft", "summaries_merge_sentences", "POST", S + "/sentences/merge", {"sentences": ["s1", "{own}"], "text": "x"}, Stage.written, S,
         refused=(("chair", "two-origins"), ("rapporteur", "two-origins"))),
    Deed("summary.draft", "summaries_move_sentence", "POST", S + "/sentences/{own}/move", {"theme": "{empty}"}, Stage.written, S),
    Deed("summary.draft", "summaries_remove_sentence", "DELETE", S + "/sentences/{own}", None, Stage.written, S),
    Deed("summary.draft", "summaries_dispose_inputs", "POST", S + "/dispositions",
         {"dispositions": [{"input": "{input}", "disposition": "parked", "reason_code": "later", "reason": "Next time."}]}, Stage.summary, S),
    Deed("summary.issue", "summaries_open_window", "PUT", S + "/window", {"closes_at": "2019-05-20T00:00:00Z"}, Stage.summary, S),
    Deed("summary.issue", "summaries_answer_correction", "POST", S + "/requests/r1/answer", {"outcome": "declined", "reason": "As quoted."}, Stage.asked, S),
    Deed("summary.issue", "summaries_override_finding", "POST", S + "/overrides", {"finding": "{finding}", "reason": "It was last year."}, Stage.found, S),
    Deed("summary.issue", "summaries_issue_summary", "POST", S + "/issue", {}, Stage.summary, S),
    Deed("summary.countersign", "summaries_countersign_issue", "POST", S + "/countersign", None, Stage.signed, S),
    Deed("summary.correct", "summaries_issue_correction", "POST", S + "/versions/1/corrections",
         {"changes": [{"place": 1, "old": "secure", "new": "safe"}], "reason": "A slip."}, Stage.issued, S),
    Deed("summary.correct", "summaries_reissue_version", "POST", S + "/versions/1/reissue", {"reason": "A broken file."}, Stage.issued, S),
    Deed("statement.make", "summaries_record_statement", "POST", S + "/versions/1/statements", {"kind": "reservation", "says": "Not us."}, Stage.issued),
    Deed("statement.make", "summaries_take_statement_back", "POST", S + "/versions/1/statements/1/withdraw", {}, Stage.stated, own=True),
    Deed("correction.ask", "summaries_ask_correction", "POST", S + "/requests", {"sentence": "s1", "text": "{text}", "says": "No."}, Stage.windowed, own=True),
    Deed("correction.ask", "summaries_withdraw_request", "POST", S + "/requests/r1/withdraw", None, Stage.asked, own=True),
    Deed("silence.start", "summaries_start_silence", "POST", S + "/silence", UNTIL, Stage.summary, S),
    Deed("silence.start", "summaries_extend_silence", "PUT", S + "/silence/until", {"until": "2019-05-31T10:00", "reason": "A holiday."}, Stage.silent),
    Deed("silence.start", "summaries_withdraw_text", "POST", S + "/silence/withdraw", {"reason": "A new text."}, Stage.silent),
    Deed("silence.outage", "summaries_record_outage", "POST", S + "/silence/outages",
         {"away_from": "2019-05-02T08:00:00Z", "away_until": "2019-05-02T08:00:01Z", "reason": "A power cut."}, Stage.silent, refused=TOO_EARLY),
    Deed("silence.break", "summaries_break_silence", "POST", S + "/silence/objections", {"says": "We object."}, Stage.silent),
    Deed("silence.state", "summaries_make_statement", "POST", S + "/silence/statements", {"says": "As we read it.", "kind": "reservation"}, Stage.silent),
    Deed("consensus.call", "summaries_call_consensus", "POST", S + "/consensus", UNTIL, Stage.summary, S),
    Deed("consensus.call", "summaries_answer_objection", "POST", S + "/consensus/objections/o1/answer", {"reason": "It is said."}, Stage.objected),
    Deed("consensus.call", "summaries_declare_consensus", "POST", S + "/consensus/declare", None, Stage.called, refused=NOT_CLOSED),
    Deed("consensus.call", "summaries_end_call", "POST", S + "/consensus/end", {"reason": "Not today."}, Stage.called),
    Deed("consensus.object", "summaries_raise_objection", "POST", S + "/consensus/objections", {"says": "We object."}, Stage.called),
    Deed("consensus.object", "summaries_state_on_call", "POST", S + "/consensus/statements", {"says": "Noted.", "kind": "reservation"}, Stage.called),
    Deed("consensus.object", "summaries_retract_objection", "POST", S + "/consensus/objections/o1/retract", None, Stage.objected, refused=NOT_ITS_OWN),
    Deed("summary.read-issued", "summaries_show_consensus", "GET", S + "/consensus", None, Stage.called),
    Deed("summary.read-working", "summaries_show_summary", "GET", S, None, Stage.summary),
    Deed("summary.read-working", "summaries_show_gate", "GET", S + "/gate", None, Stage.summary),
    Deed("summary.read-working", "summaries_show_balance", "GET", S + "/balance", None, Stage.summary),
    Deed("summary.read-working", "summaries_list_inputs", "GET", S + "/inputs", None, Stage.summary),
    Deed("summary.read-working", "summaries_list_nearest", "GET", S + "/nearest?of={input}", None, Stage.summary),
    Deed("summary.read-working", "summaries_list_requests", "GET", S + "/requests", None, Stage.asked),
    Deed("summary.read-working", "summaries_show_sources", "GET", S + "/versions/1/sources", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_summaries", "GET", "/summaries", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_versions", "GET", S + "/versions", None, Stage.issued),
    Deed("summary.read-issued", "summaries_show_version", "GET", S + "/versions/1", None, Stage.issued),
    Deed("summary.read-issued", "summaries_show_text", "GET", S + "/versions/1/text.md", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_corrections", "GET", S + "/versions/1/corrections", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_statements", "GET", S + "/versions/1/statements", None, Stage.stated),
    Deed("summary.read-issued", "summaries_show_record", "GET", S + "/versions/1/record.md", None, Stage.stated),
    Deed("summary.read-issued", "summaries_show_reissue", "GET", S + "/versions/1/reissues/1", None, Stage.reissued),
    Deed("summary.read-issued", "summaries_list_outcomes", "GET", S + "/versions/1/submissions", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_kept_requests", "GET", S + "/versions/1/requests", None, Stage.issued),
    Deed("summary.read-issued", "summaries_list_receipts", "GET", S + "/versions/1/receipts", None, Stage.issued),
    Deed("summary.read-issued", "summaries_show_silence", "GET", S + "/silence", None, Stage.silent),
    # drafts and amendments
    Deed("document.table", "drafts_table_document", "POST", "/documents", {"document": "e{n}", "title": "Draft", "clauses": CLAUSES}),
    Deed("document.arrange", "drafts_open_window", "POST", D + "/window", {"closes_at": FAR}, Stage.document),
    Deed("document.arrange", "drafts_close_window", "POST", D + "/window/close", None, Stage.document),
    Deed("document.arrange", "drafts_mark_clauses", "POST", D + "/marks", {"version": 0, "state": "agreed-ad-ref"}, Stage.document),
    Deed("document.arrange", "drafts_close_package", "POST", D + "/close", {"version": 0}, Stage.agreed),
    Deed("amendment.rule", "drafts_edit_clause", "POST", D + "/edits", EDIT, Stage.document),
    Deed("amendment.rule", "drafts_drop_edit", "DELETE", D + "/edits/{edit}", None, Stage.edited),
    Deed("document.release", "drafts_release_version", "POST", D + "/versions/0/release", None, Stage.open_document),
    Deed("version.make", "drafts_make_version", "POST", D + "/versions", {"supersedes": 0}, Stage.edited, D),
    Deed("amendment.propose", "drafts_propose_amendment", "POST", D + "/amendments", SOFTEN, Stage.document),
    Deed("amendment.propose", "drafts_restate_amendment", "PUT", A, HARDEN, Stage.amendment, A, own=True),
    Deed("amendment.propose", "drafts_loosen_marking", "POST", A + "/marking", {"marking": "participants"}, Stage.narrow, own=True),
    Deed("amendment.withdraw", "drafts_withdraw_amendment", "POST", A + "/withdraw", None, Stage.amendment, own=True),
    Deed("amendment.sponsor", "drafts_sponsor_amendment", "POST", A + "/sponsors", None, Stage.amendment, A, refused=OWN_AMENDMENT),
    Deed("amendment.sponsor", "drafts_end_sponsorship", "POST", A + "/sponsors/leave", None, Stage.backed, refused=(("jp-head", "not-a-sponsor"),)),
    Deed("amendment.rule", "drafts_rule_on_amendments", "POST", D + "/rulings",
         {"amendments": ["A1"], "outcome": "rejected", "reason_code": "merits", "reason": "Too soft."}, Stage.amendment, D),
    Deed("amendment.rule", "drafts_waive_lateness", "POST", A + "/waive", {"reason": "The network was down."}, lambda stage: stage.amendment("late")),
    Deed("material.import", "drafts_import_amendment", "POST", D + "/imports",
         {"source": "am-{n}", "authors": ["Ada"], "operation": "delete", "clause": "p2", "old": CLAUSES[1]["text"]}, Stage.document),
    Deed("silence.start", "drafts_start_silence", "POST", D + "/silence", UNTIL, Stage.document, D),
    Deed("silence.start", "drafts_extend_silence", "PUT", D + "/silence/until", {"until": "2019-05-31T10:00", "reason": "A holiday."}, Stage.silent_document),
    Deed("silence.start", "drafts_withdraw_text", "POST", D + "/silence/withdraw", {"reason": "A new text."}, Stage.silent_document),
    Deed("silence.outage", "drafts_record_outage", "POST", D + "/silence/outages",
         {"away_from": "2019-05-02T08:00:00Z", "away_until": "2019-05-02T08:00:01Z", "reason": "A power cut."}, Stage.silent_document, refused=TOO_EARLY),
    Deed("silence.break", "drafts_break_silence", "POST", D + "/silence/objections", {"says": "We object."}, Stage.silent_document),
    Deed("silence.state", "drafts_make_statement", "POST", D + "/silence/statements", {"says": "As we read it.", "kind": "reservation"}, Stage.silent_document),
    Deed("consensus.call", "drafts_call_consensus", "POST", D + "/consensus", UNTIL, Stage.document, D),
    Deed("consensus.call", "drafts_answer_objection", "POST", D + "/consensus/objections/o1/answer", {"reason": "It is said."}, Stage.objected_document),
    Deed("consensus.call", "drafts_declare_consensus", "POST", D + "/consensus/declare", None, Stage.called_document, refused=NOT_CLOSED),
    Deed("consensus.call", "drafts_end_call", "POST", D + "/consensus/end", {"reason": "Not today."}, Stage.called_document),
    Deed("consensus.object", "drafts_raise_objection", "POST", D + "/consensus/objections", {"says": "We object."}, Stage.called_document),
    Deed("consensus.object", "drafts_state_on_call", "POST", D + "/consensus/statements", {"says": "Noted.", "kind": "reservation"}, Stage.called_document),
    Deed("consensus.object", "drafts_retract_objection", "POST", D + "/consensus/objections/o1/retract", None, Stage.objected_document, refused=NOT_ITS_OWN),
    Deed("document.read", "drafts_show_consensus", "GET", D + "/consensus", None, Stage.called_document),
    Deed("document.read", "drafts_list_documents", "GET", "/documents", None, Stage.document),
    Deed("document.read", "drafts_show_document", "GET", D, None, Stage.document),
    Deed("document.read", "drafts_list_amendments", "GET", D + "/amendments", None, Stage.amendment),
    Deed("document.read", "drafts_show_amendment", "GET", A, None, Stage.amendment),
    Deed("document.read", "drafts_show_clause", "GET", D + "/clauses/p1", None, Stage.amendment),
    Deed("document.read", "drafts_show_conflicts", "GET", D + "/conflicts", None, Stage.amendment),
    Deed("document.read", "drafts_show_measures", "GET", D + "/measures", None, Stage.amendment),
    Deed("document.read", "drafts_show_packages", "GET", D + "/packages", None, Stage.amendment),
    Deed("document.read", "drafts_show_preview", "POST", D + "/preview", {"accepted": ["A1"]}, Stage.amendment),
    Deed("document.read", "drafts_compare", "GET", D + "/redline?before=0&after=1", None, lambda stage: stage.amendment("settled")),
    Deed("document.read", "drafts_show_version", "GET", D + "/versions/0", None, Stage.document),
    Deed("document.read", "drafts_show_fates", "GET", D + "/versions/1/fates", None, lambda stage: stage.amendment("settled")),
    Deed("document.read", "drafts_show_authors", "GET", D + "/versions/1/authors", None, lambda stage: stage.amendment("settled")),
    Deed("document.read", "drafts_show_silence", "GET", D + "/silence", None, Stage.silent_document),
    # principles and positions
    Deed("principle.submit", "delegations_submit_principle", "POST", "/principles", {"text": "Networks are open, {n}.", "theme": "policy"}),
    Deed("principle.submit", "delegations_revise_principle", "PUT", P, {"text": "Networks are open, {n}."}, Stage.principle, P, own=True),
    Deed("principle.submit", "delegations_loosen_principle_marking", "POST", P + "/marking", {"marking": "participants"}, Stage.restricted, own=True),
    Deed("principle.withdraw", "delegations_withdraw_principle", "POST", P + "/withdraw", None, Stage.principle, own=True),
    Deed("principle.sponsor", "delegations_join_sponsors", "POST", P + "/sponsors", {"text_hash": "{hash}"}, Stage.principle, refused=OWN_PRINCIPLE),
    Deed("principle.sponsor", "delegations_leave_sponsors", "POST", P + "/sponsors/leave", None, Stage.sponsored, refused=(("jp-head", "not-a-sponsor"),)),
    Deed("principle.waive", "delegations_waive_lateness", "POST", P + "/waive", {"reason": "The network was down."}, lambda stage: stage.principle("late")),
    Deed("position.take", "delegations_take_position", "POST", P + "/positions", {"stance": "support", "text_hash": "{hash}"}, Stage.principle, refused=OWN_PRINCIPLE),
    Deed("material.import", "delegations_import_principle", "POST", "/principles/import",
         {"delegation": "NO", "text": "Networks are free, {n}.", "theme": "policy", "source": "prague/{n}"}),
    Deed("material.import", "delegations_import_position", "POST", P + "/positions/import", {"delegation": "NO", "stance": "oppose"}, Stage.principle),
    Deed("principle.read", "delegations_list_principles", "GET", "/principles", None, Stage.principle),
    Deed("principle.read", "delegations_show_principle", "GET", P, None, Stage.principle),
    # the meeting and its people
    Deed("negotiation.open", "delegations_open_negotiation", "POST", "/api/v1/negotiations", {"negotiation": "n{n}", "title": "New", "themes": ["policy"]}),
    Deed("negotiation.arrange", "delegations_schedule_phase", "PUT", "/phases/positions", {"closes_at": FAR}),
    Deed("roster.keep", "delegations_admit_delegation", "POST", "/delegations", {"delegation": "D{n}", "name": "Dominion"}),
    Deed("roster.keep", "delegations_enrol_person", "POST", "/persons", {"person": "q{n}", "name": "Q", "role": "observer"}),
    Deed("roster.keep", "delegations_strike_off", "DELETE", "/persons/{person}", None, Stage.person),
    Deed("roster.keep", "delegations_import_roster", "POST", "/roster.csv", ROW),
    Deed("roster.keep", "delegations_export_roster", "GET", "/roster.csv"),
    Deed("roster.keep", "delegations_form_group", "POST", "/groups", {"group": "H{n}", "name": "Group", "members": ["JP"]}),
    Deed("roster.keep", "delegations_join_group", "PUT", "/groups/{group}/members/JP", None, Stage.group),
    Deed("roster.keep", "delegations_leave_group", "DELETE", "/groups/{group}/members/SK", None, Stage.group),
    Deed("roster.keep", "delegations_assume_office", "PUT", "/offices/rapporteur", {"person": "{person}"}, Stage.person),
    Deed("roster.keep", "delegations_leave_office", "DELETE", "/offices/rapporteur"),
    Deed("credentials.decide", "delegations_decide_credentials", "PUT", "/delegations/SK/credentials", {"credentials": "accepted"}),
    Deed("roster.read", "delegations_show_negotiation", "GET", ""),
    Deed("roster.read", "delegations_show_roster", "GET", "/roster"),
    Deed("negotiation.arrange", "delegations_close_negotiation", "POST", "/close"),
)  # fmt: skip

OF_NO_ACTION = {
    "delegations_sign_in": "whoever has the code",
    "delegations_issue_token": "everybody who is signed in, for no more than their own rights",
    "delegations_revoke_token": "everybody who is signed in, their own; the secretariat any",
    "delegations_list_negotiations": "everybody who is signed in, their own",
    "summaries_show_own": "a delegation whose view is put, while the window is open; the access of `correction.ask`, and members read it too",
    "summaries_show_receipt": "the delegation itself and the bench; the access of the list of receipts",
    "summaries_show_keys": "everybody",
}
"""Operations without an action of the table, and whose they are; the public record is everybody's."""
