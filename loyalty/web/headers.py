"""Security headers on every answer; nothing personal is ever kept by a cache."""

from flask import Flask, Response, request

from loyalty.core.settings import Settings

_POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; {workers}base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
CONTENT_POLICY = _POLICY.format(scripts="", workers="")
# The till reads QR codes with WebAssembly, in a worker of its own. A worker obeys the policy of its
# own answer, not that of the page.
TILL_POLICY = _POLICY.format(scripts=" 'wasm-unsafe-eval'", workers="worker-src 'self'; ")
# A page that shows a finished mail in a frame, and that mail: its styles stand in it, and it is
# sandboxed, so that it runs nothing and is of no origin; its links open elsewhere.
_FRAMING_POLICY = f"{CONTENT_POLICY}; frame-src 'self'"
_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'self'; "
    f"form-action 'none'; frame-ancestors 'self'; sandbox {_SANDBOX}"
)
_POWERS = "camera=({camera}), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_WORKERS = "/static/dist/scan-worker-"
_ONE_YEAR_S = 31_536_000


def init_app(app: Flask, settings: Settings) -> None:
    """Add the headers after every request, errors included."""
    always = dict(_ALWAYS)
    if settings.is_https:
        always["Strict-Transport-Security"] = f"max-age={_ONE_YEAR_S}; includeSubDomains"

    @app.after_request
    def _add(response: Response) -> Response:
        headers = response.headers
        for name, value in always.items():
            headers.setdefault(name, value)
        at_till = request.path.startswith("/till")
        compiles = at_till or request.path.startswith(_WORKERS)
        policy = TILL_POLICY if compiles else CONTENT_POLICY
        headers.setdefault("Content-Security-Policy", policy)
        headers["Permissions-Policy"] = _POWERS.format(camera="self" if at_till else "")
        if not response.cache_control.public:
            headers["Cache-Control"] = "no-store"
        return response


def kept_for_ever(answer: Response) -> Response:
    """The answer is the same for everybody and will never change, for its address names it."""
    answer.headers["Cache-Control"] = f"public, max-age={_ONE_YEAR_S}, immutable"
    return answer


def as_part(answer: Response) -> Response:
    """The answer may stand in a frame of one of our own pages."""
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def with_frame(page: Response) -> Response:
    """The page may show one of our own answers in a frame."""
    page.headers["Content-Security-Policy"] = _FRAMING_POLICY
    return page


def as_letter(answer: Response) -> Response:
    """The answer is a finished mail, for a frame of ours."""
    answer.headers["Content-Security-Policy"] = _LETTER_POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer
