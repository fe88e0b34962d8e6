"""The exact words of every consent and of the program's notice, the shop's name in them (pure).

The first line of a text is its title. Whoever changes a word gives the purpose a new EDITION.
"""

from loyalty.core.text import Text
from loyalty.customers.consents import Purpose

EDITION = dict.fromkeys(Purpose, "2026-11")

_PROGRAM = Text(
    "Informativa sui tuoi dati (art. 13 GDPR)\n"
    "Chi: {shop} è titolare del trattamento. Per qualsiasi domanda basta chiedere in negozio. Chi"
    " gestisce il servizio delle carte lavora per suo conto; nessun altro riceve i tuoi dati.\n"
    "Che cosa: le tue visite con importi e prodotti, i premi e, se li lasci, il nome e un recapito."
    " Nome e recapito sono facoltativi; senza le visite la carta non può funzionare.\n"
    "Perché: per la carta che chiedi (contratto, art. 6.1.b) e contro gli abusi (interesse"
    " legittimo, art. 6.1.f). Nient'altro, senza un tuo consenso separato.\n"
    "Per quanto: finché hai la carta; i dettagli degli acquisti meno a lungo, come è scritto sulla"
    " carta in «I miei dati». Quando te ne vai, nome e recapiti si cancellano; i movimenti restano"
    " nei conti del negozio senza il tuo nome.\n"
    "I tuoi diritti: dalla carta, in «I miei dati», puoi vedere, correggere, scaricare e cancellare"
    " i dati e revocare ogni consenso; puoi anche opporti e chiedere una limitazione in negozio, e"
    " rivolgerti al Garante per la protezione dei dati personali (www.garanteprivacy.it).",
    "How your data are used (art. 13 GDPR)\n"
    "Who: {shop} is the controller. For any question, just ask in the shop. Whoever runs the card"
    " service works on its behalf; nobody else receives your data.\n"
    "What: your visits with amounts and products, your rewards and, if you leave them, your name"
    " and a contact. Name and contact are up to you; without the visits the card cannot work.\n"
    "Why: for the card you ask for (contract, art. 6.1.b) and against misuse (legitimate interest,"
    " art. 6.1.f). Nothing else without a separate consent of yours.\n"
    "How long: as long as you have the card; details of purchases for less, as your card says under"
    " “My data”. When you leave, name and contacts are deleted; the movements stay in the shop's"
    " books without your name.\n"
    "Your rights: on the card, under “My data”, you can see, correct, download and delete your data"
    " and withdraw each consent; you can also object or ask for restriction in the shop, and turn"
    " to the Italian data protection authority (www.garanteprivacy.it).",
)
_PROFILING = Text(
    "Proposte che fanno per me\n"
    "{shop} può guardare che cosa compro e quanto spesso vengo, per propormi premi e offerte adatti"
    " a me. Se dico no la carta funziona lo stesso, e posso cambiare idea quando voglio.",
    "Suggestions that suit me\n"
    "{shop} may look at what I buy and how often I come, to suggest rewards and offers that suit"
    " me. If I say no the card works just the same, and I can change my mind at any time.",
)
_MARKETING = Text(
    "Novità e offerte\n"
    "{shop} può scrivermi le sue novità e offerte al recapito che lascio. Se dico no la carta"
    " funziona lo stesso, e da ogni messaggio posso dire basta.",
    "News and offers\n"
    "{shop} may write me its news and offers at the contact I leave. If I say no the card works"
    " just the same, and every message lets me say stop.",
)
_TRACKING = Text(
    "Sapere se i messaggi servono\n"
    "{shop} può vedere se apro i suoi messaggi e se ne seguo i link, per scrivermi meno e meglio."
    " Se dico no ricevo gli stessi messaggi, e posso cambiare idea quando voglio.",
    "Knowing whether messages help\n"
    "{shop} may see whether I open its messages and follow their links, to write less and better."
    " If I say no I get the same messages, and I can change my mind at any time.",
)
_WORDS = {
    Purpose.PROGRAM: _PROGRAM,
    Purpose.PROFILING: _PROFILING,
    Purpose.MARKETING: _MARKETING,
    Purpose.TRACKING: _TRACKING,
}


def of(purpose: Purpose, shop: str) -> Text:
    """What that shop says of that purpose today; the name goes in as it is, braces and all."""
    words = _WORDS[purpose]
    return Text(words.it.replace("{shop}", shop), words.en.replace("{shop}", shop))
