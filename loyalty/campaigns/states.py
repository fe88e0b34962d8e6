"""The words for what a campaign and a message can be."""

DRAFT, RUNNING, PAUSED, HALTED, FINISHED, STOPPED = (
    "draft", "running", "paused", "halted", "finished", "stopped",
)  # fmt: skip
LATE, RESTORED, REFUSED = "late", "restored", "refused"  # why a campaign is halted
READY, CLAIMED, SENDING, SENT, FAILED, UNKNOWN, SKIPPED, HELD = (
    "ready", "claimed", "sending", "sent", "failed", "unknown", "skipped", "held",
)  # fmt: skip
OPEN = (READY, CLAIMED, SENDING)  # what is still to come
# Why somebody gets no letter.
NO_CONSENT, NO_PROFILING, NO_CARD, SUPPRESSED, CAP, REMARK, ENDED = (
    "no_consent", "no_profiling", "no_card", "suppressed", "cap", "open_remark", "stopped",
)  # fmt: skip
# They are left alone: after a journey without an answer, or for comparison.
SUNSET, COMPARED = "sunset", "compared"
EXPIRED = "no_answer_for_a_day"
