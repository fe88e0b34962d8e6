"""Another program of the shop: it speaks HTTP and JSON, and knows nothing else."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import CardInHand, Shop, fresh_key


class Caller:
    """Calls under /api/v1 with a key; POSTs carry a fresh idempotency key unless told otherwise."""

    def __init__(self, client: FlaskClient, shop: Shop, key: str | None) -> None:
        self.client = client
        self.shop = shop
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        """Read."""
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(
        self, path: str, body: Any = None, *, key: str | None = "", **headers: str
    ) -> TestResponse:
        """Do something once; `key=None` sends no idempotency key."""
        sent = {**self.headers, **headers}
        if key is not None:
            sent["Idempotency-Key"] = key or fresh_key()
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=sent)

    def send(self, path: str, raw: bytes, mime: str = "application/json") -> TestResponse:
        """Post bytes as they are."""
        headers = {**self.headers, "Idempotency-Key": fresh_key(), "Content-Type": mime}
        return self.client.post(f"/api/v1{path}", data=raw, headers=headers)

    def patch(self, path: str, body: Any) -> TestResponse:
        """Change."""
        return self.client.patch(f"/api/v1{path}", json=body, headers=self.headers)

    def delete(self, path: str) -> TestResponse:
        """Remove."""
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    def pay(self, card: CardInHand, amount_minor: int, **more: Any) -> TestResponse:
        """Record a visit of so many cents."""
        headers = {"key": more.pop("key")} if "key" in more else {}
        body = {"scan": card.code, "amount": euro(amount_minor), **more}
        return self.post("/visits", body, **headers)


def euro(minor: int) -> dict[str, Any]:
    """Money as the API writes it."""
    return {"amount_minor": minor, "currency": "EUR"}


def refusal(response: TestResponse) -> tuple[int, str]:
    """Status and code of a problem; fails unless it is one."""
    assert response.mimetype == "application/problem+json", response.text
    body = response.get_json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def done(response: TestResponse, status: int = 201) -> Any:
    """The body of an answer that must have that status."""
    assert response.status_code == status, response.text
    return response.get_json()
