"""An app with changing codes, as it lies on somebody's phone."""

import re
from base64 import b32decode

from loyalty.core import clock, otp

KEY = re.compile(r'id="key" value="([A-Z2-7 ]+)"')
PAPER = re.compile(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>")


class App:
    """It knows the key that was typed or photographed."""

    def __init__(self, page):
        letters = KEY.search(page.html)[1].replace(" ", "")
        self.key = b32decode(letters + "=" * (-len(letters) % 8))

    def code(self, steps=0):
        """What it shows now, or some steps later."""
        return otp.code_at(self.key, otp.step_at(clock.now()) + steps, 6)


def set_up(visitor):
    """Through the whole set-up; returns the app and the codes on paper."""
    begun = visitor.submit(visitor.get("/portal/account/factor"), "/factor/begin")
    app = App(begun)
    shown = visitor.submit(begun, "/portal/account/factor", code=app.code())
    codes = PAPER.findall(shown.html)
    assert len(codes) == 10, shown.words
    return app, codes
