"""Where members stand, in SQL: one question for the roll-ups and for the judge's raw purchases.

Whole numbers only, so that three databases come to the same answer. The usual gap of a member is
(days from first to last visit day + 2 x the shop's mean gap) / (visit days + 1); what is compared
with it is multiplied out. "reactivated" needs the past of a state and is not asked here.
"""

from collections.abc import Callable

Days = Callable[[str, str], str]  # the days from one date to another, in the words of a database


def roll_ups(days: Days) -> str:
    """Members as the roll-ups have them."""
    return f"""
        SELECT customer_id AS id, visit_days, spend_minor,
            {days("last_on", ":today")} AS silence, {days("first_on", "last_on")} AS life
        FROM member_stats WHERE merchant_id = :merchant_id
    """


def purchases(days: Days) -> str:
    """Members as their raw purchases tell."""
    return f"""
        SELECT customer AS id, count(DISTINCT local_on) AS visit_days,
            sum(net_minor) AS spend_minor, {days("max(local_on)", "$today")} AS silence,
            {days("min(local_on)", "max(local_on)")} AS life
        FROM purchase GROUP BY customer
    """


_STANDING = """
    WITH member AS ({members}),
    sums AS (SELECT sum(life) AS lives, sum(visit_days - 1) AS repeats FROM member),
    shop AS (
        SELECT CASE WHEN repeats > 0 THEN lives ELSE 30 END AS lives,
            CASE WHEN repeats > 0 THEN repeats ELSE 1 END AS repeats
        FROM sums
    ),
    rated AS (
        SELECT id, visit_days, spend_minor, silence,
            silence * repeats * (visit_days + 1) AS waited, life * repeats + 2 * lives AS usual,
            ntile(5) OVER (ORDER BY silence DESC, id) AS recency,
            ntile(5) OVER (ORDER BY visit_days, id) AS frequency,
            ntile(5) OVER (ORDER BY spend_minor, id) AS spend
        FROM member CROSS JOIN shop
    ),
    standing AS (
        SELECT id, visit_days, spend_minor, silence, recency, frequency, spend,
            CASE
                WHEN visit_days <= 2 AND silence <= 60 THEN 'new'
                WHEN visit_days <= 2 THEN 'one_off'
                WHEN silence >= 180 AND waited >= 5 * usual THEN 'lost'
                WHEN silence >= 21 AND 2 * waited >= 5 * usual THEN 'lapsed'
                WHEN 2 * waited >= 3 * usual THEN 'cooling'
                ELSE 'active'
            END AS state
        FROM rated
    )
"""
SUMS = """
    SELECT state, recency, count(*) AS members, sum(spend_minor), sum(frequency), sum(spend)
    FROM standing GROUP BY state, recency ORDER BY state, recency
"""
EACH = """
    SELECT id, state, visit_days, spend_minor, silence, recency, frequency, spend
    FROM standing ORDER BY id
"""
DAYS: dict[str, Days] = {
    "sqlite": lambda one, other: f"CAST(julianday({other}) - julianday({one}) AS INTEGER)",
    "postgresql": lambda one, other: f"(CAST({other} AS date) - {one})",
    "duckdb": lambda one, other: f"date_diff('day', {one}, CAST({other} AS DATE))",
}


def query(members: Callable[[Days], str], wanted: str, dialect: str) -> str:
    """What is `wanted` (SUMS or EACH) of these members, as that database understands it."""
    return _STANDING.replace("{members}", members(DAYS[dialect])) + wanted
