"""Which lines of a sale a rule means, by product and category (pure)."""

from loyalty.programs.document import VersionDocument, When


def names(when: When, sku: str | None, category: str | None) -> bool:
    """Skus and categories together: the line must satisfy each list that is given."""
    return (not when.skus or sku in when.skus) and (
        not when.categories or category in when.categories
    )


def naming(document: VersionDocument, sku: str | None, category: str | None) -> list[str]:
    """The keys of the rules that look at single lines and mean such a one."""
    return [
        rule.key
        for rule in document.earn
        if rule.when.names_lines and names(rule.when, sku, category)
    ]
