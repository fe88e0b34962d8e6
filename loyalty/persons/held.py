"""Which columns of which tables say something about a person, and what becomes of each.

A new table or column has to be placed here; a test fails until it is.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from loyalty.tables import METADATA

CUSTOMER, REF = "customer", "ref"  # what a column that leads straight to a person holds


@dataclass(frozen=True, slots=True)
class Held:
    """What one table holds of a person.

    Its rows are found by the columns `by`, which hold ids of the table `of` (or of the customers
    themselves, or refs of them and their cards). Erasure empties what `goes`, takes typed words out
    of `words`, and leaves what `stays`; what is `hidden` holds keys and digests, which no export
    hands around. With `vanishes` the rows go as a whole.
    """

    table: sa.Table
    by: tuple[str, ...]
    of: str
    goes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    vanishes: bool = False

    @property
    def placed(self) -> set[str]:
        """Every column that has its place here."""
        return {"merchant_id", *self.goes, *self.words, *self.stays, *self.hidden}

    @property
    def shown(self) -> list[str]:
        """The columns of an export, in the order of the table."""
        hidden = {"merchant_id", *self.hidden}
        return [column.name for column in self.table.columns if column.name not in hidden]


def _held(name: str, by: str, of: str, *, vanishes: bool = False, **columns: str) -> Held:
    lists = {kind: tuple(names.split()) for kind, names in columns.items()}
    return Held(METADATA.tables[name], tuple(by.split()), of, vanishes=vanishes, **lists)


# Each after the table that it is found by.
HELD = (
    _held(
        "customer",
        "id",
        CUSTOMER,
        goes="name email email_confirmed_at phone birthday language external_ref note",
        stays="id source created_at erased_at merged_into_id merged_at",
    ),
    _held(
        "customer_merge",
        "loser_id survivor_id",
        CUSTOMER,
        stays="id loser_id survivor_id actor merged_at undone_at facts",
    ),
    _held(
        "customer_tag",
        "customer_id",
        CUSTOMER,
        vanishes=True,
        stays="customer_id tag_id actor at merge_id",
    ),
    _held(
        "customer_note",
        "customer_id",
        CUSTOMER,
        goes="words past",
        stays="id customer_id actor written_at edits edited_at struck_at struck_by",
        hidden="key_hash",
    ),
    _held("bulk_change", "customer_id", CUSTOMER, stays="run_id customer_id"),
    _held(
        "consent_event",
        "customer_id",
        CUSTOMER,
        stays="id customer_id purpose given text_id source actor at recorded_at merge_id",
    ),
    _held(
        "email_confirmation",
        "customer_id",
        CUSTOMER,
        stays="id customer_id mail_id asked_at expires_at confirmed_at",
        hidden="address_hash",
    ),
    _held("erasure", "customer_id", CUSTOMER, stays="customer_id at", hidden="address_hash"),
    _held(
        "mail",
        "customer_id",
        CUSTOMER,
        goes="address facts",
        stays="id customer_id kind language state tries error created_at sent_at",
    ),
    _held(
        "remark",
        "customer_id",
        CUSTOMER,
        goes="words outcome",
        stays="id customer_id card_id visit_id kind state actor written_at done_by done_at"
        " recovery_id",
        hidden="key_hash",
    ),
    _held(
        "card",
        "customer_id",
        CUSTOMER,
        stays="id customer_id program_id blocked_at created_at merged_into_id",
    ),
    _held(
        "card_token",
        "card_id",
        "card",
        stays="id card_id created_at revoked_at",
        hidden="token code",
    ),
    _held("card_claim", "card_id", "card", stays="id card_id created_at expires_at used_at"),
    _held(
        "card_device",
        "card_id",
        "card",
        stays="id card_id created_at revoked_at browser",
        hidden="secret_hash wallet_session_id",
    ),
    _held(
        "card_pin",
        "card_id",
        "card",
        vanishes=True,
        stays="card_id tries tried_at chosen_at",
        hidden="pin_hash",
    ),
    _held(
        "referral",
        "bringer_card_id friend_card_id",
        "card",
        stays="id program_id unit friend_units bringer_units state why joined_at decided_at",
        hidden="bringer_card_id friend_card_id",  # one of them is somebody else's
    ),
    _held("live_use", "device_id", "card_device", stays="device_id step act used_at"),
    _held(
        "scan_refusal", "card_id", "card", stays="id code act card_id actor device location_id at"
    ),
    _held(
        "ledger_account",
        "card_id",
        "card",
        stays="id program_id card_id kind unit balance debt earned_millionths moves has_waiting"
        " last_active_at",
    ),
    _held(
        "ledger_operation",
        "card_id",
        "card",
        words="reason answer",
        stays="id kind card_id version actor via location_id device proof reverses_id occurred_at"
        " recorded_at",
        hidden="key_hash body_hash answer",  # the answer of an enrolment holds the codes
    ),
    _held(
        "ledger_entry",
        "account_id",
        "ledger_account",
        words="reasons",
        stays="id operation_id account_id kind units millionths covered balance_after",
    ),
    _held(
        "ledger_lot",
        "account_id",
        "ledger_account",
        stays="id account_id entry_id version units remaining is_grace expires_at is_pending"
        " active_at idle_months slides_from_at origin_id",
    ),
    _held(
        "ledger_extension", "lot_id", "ledger_lot", stays="id entry_id lot_id before_at until_at"
    ),
    _held(
        "ledger_posting", "entry_id", "ledger_entry", stays="id entry_id from_id to_id lot_id units"
    ),
    _held(
        "visit",
        "card_id",
        "card",
        stays="id card_id program_id version location_id amount_minor net_minor currency tax_minor"
        " discount_minor occurred_at recorded_at local_on local_hour external_ref voided_at"
        " posting_id scanned_card_id occasion",
    ),
    _held(
        "visit_line",
        "visit_id",
        "visit",
        goes="sku item category",
        stays="visit_id number quantity_milli amount_minor rules",
    ),
    _held(
        "visit_refund",
        "visit_id",
        "visit",
        stays="id visit_id amount_minor lines added_from added_minor recorded_at",
    ),
    _held(
        "visit_move",
        "visit_id",
        "visit",
        stays="id visit_id from_id to_id occasion_before recorded_at",
    ),
    _held(
        "tier_change",
        "card_id",
        "card",
        stays="id card_id operation_id kind version happened_on measured level_before level"
        " since_on review_on grace_ends_on reasons",
    ),
    _held(
        "redemption",
        "card_id",
        "card",
        stays="id card_id program_id version reward cost code filled state until_at created_at"
        " used_at cancelled_at",
    ),
    _held(
        "member_stats",
        "customer_id",
        CUSTOMER,
        stays="customer_id first_on last_on visit_days visits spend_minor",
    ),
    _held("member_month", "customer_id", CUSTOMER, stays="customer_id month_on visits spend_minor"),
    _held("member_hour", "customer_id", CUSTOMER, stays="customer_id weekday hour visits"),
    _held(
        "member_product",
        "customer_id",
        CUSTOMER,
        vanishes=True,
        stays="customer_id product visits quantity_milli",
    ),
    _held(
        "imported_sale",
        "visit_id",
        "ledger_operation",
        stays="program_id import_id visit_id",
        hidden="identity",
    ),
    _held("imported_change", "operation_id", "ledger_operation", stays="operation_id import_id"),
    _held("imported_customer", "customer_id", CUSTOMER, stays="customer_id import_id"),
    _held(
        "task",
        "customer_id",
        CUSTOMER,
        goes="what",
        stays="id kind cause facts customer_id assignee_id due_on state actor created_at done_by"
        " done_at",
    ),
    _held(
        "message",
        "customer_id",
        CUSTOMER,
        stays="id campaign_id customer_id redemption_id cycle state reason is_drawn attempts"
        " smtp_code came_back due_at created_at sent_at",
        hidden="address_hash worker lease_ends_at",
    ),
    _held(
        "mail_rest", "customer_id", CUSTOMER, stays="customer_id reason last_on since_at until_at"
    ),
    _held(
        "automation_run",
        "customer_id",
        CUSTOMER,
        stays="id kind customer_id cycle is_held last_on gap_days step delays due_at started_at"
        " ended_at ended_as",
    ),
    _held(
        "automation_step",
        "run_id",
        "automation_run",
        stays="run_id step message_id taken_at",
    ),
    _held(
        "loss_note",
        "customer_id",
        CUSTOMER,
        goes="words",
        stays="id customer_id message_id reason actor noted_at",
    ),
    _held("staff_act", "target", REF, words="facts", stays="id actor device act target at"),
)
