"""Where mail goes and comes from is checked at the start, in sentences."""

import pytest

from loyalty.core.settings import Settings, SettingsRefused
from loyalty.core.smtp import Server


def settings(tmp_path, **environ):
    return Settings.from_environment({"LOYALTY_DATA": str(tmp_path), **environ})


def test_mail_comes_from_the_host_that_customers_see(tmp_path):
    url = "https://card.example.it"
    assert settings(tmp_path, LOYALTY_PUBLIC_URL=url).mail_from == "loyalty@card.example.it"
    assert settings(tmp_path).mail_from == "loyalty@localhost"
    assert settings(tmp_path, LOYALTY_MAIL_FROM="carte@bar.it").mail_from == "carte@bar.it"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOYALTY_MAIL_FROM", "Bar <carte@bar.it>"),
        ("LOYALTY_MAIL_FROM", "carte@bar.it\nBcc: x@y.it"),
        ("LOYALTY_SMTP_URL", "smtp://"),
        ("LOYALTY_SMTP_URL", "smtp://mail.bar.it:many"),
        ("LOYALTY_SMTP_URL", "smtp://user@mail.bar.it"),
        ("LOYALTY_SMTP_URL", "https://mail.bar.it"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(tmp_path, name, value):
    with pytest.raises(SettingsRefused, match=name):
        settings(tmp_path, **{name: value})


def test_a_server_has_its_usual_port_and_keeps_its_password_to_itself():
    assert Server.of("smtp://mail.bar.it").port == 25
    assert Server.of("smtps://mail.bar.it").port == 465
    server = Server.of("smtp://carte:p%40ss@mail.bar.it")
    assert (server.port, server.user, server.password) == (587, "carte", "p@ss")
    assert "p@ss" not in repr(server)
