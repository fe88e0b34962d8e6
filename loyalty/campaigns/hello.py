"""The test mail of the deliverability page: short, and built like every letter."""

from loyalty.campaigns import preview
from loyalty.campaigns.press import Printed
from loyalty.campaigns.rules import House

_LETTER = {
    "it": {
        "subject": "Una lettera di prova da {{shop}}",
        "body": (
            "# È arrivata\n\nCiao {{first_name|a te}},\n\n"
            "questa è una lettera di prova: ha la stessa firma e le stesse intestazioni di quelle"
            " ai tuoi clienti.\n\nSe la leggi nella posta in arrivo, è tutto a posto. Se era nello"
            " spam, guarda i record del dominio nella pagina Consegna.\n\nPer il dettaglio apri"
            " l'originale del messaggio: SPF, DKIM e DMARC devono dire PASS."
        ),
    },
    "en": {
        "subject": "A test letter from {{shop}}",
        "body": (
            "# It has arrived\n\nHello {{first_name|there}},\n\n"
            "this is a test letter: it carries the same signature and the same headers as those to"
            " your customers.\n\nIf you read it in your inbox, all is well. If it was in the spam"
            " folder, look at the records of your domain on the Deliverability page.\n\nFor the"
            " details open the original of the message: SPF, DKIM and DMARC should say PASS."
        ),
    },
}


def printed(house: House) -> dict[str, Printed]:
    """By language, in the frame of that shop's letters."""
    return preview.printed(_LETTER, house=house, has_offer=False)
