"""What each act of the staff log is called. A new act needs its line here; a test looks for it."""

from loyalty.core.text import Text

WORDS: dict[str, Text] = {
    "adjustment.approve": Text(
        "ha dato il permesso per una correzione", "allowed a correction by hand"
    ),
    "card.block": Text("ha bloccato una carta", "blocked a card"),
    "card.replace": Text("ha sostituito una carta", "replaced a card"),
    "card.restore": Text("ha rimesso in uso una carta", "put a card back into use"),
    "card.unblock": Text("ha sbloccato una carta", "unblocked a card"),
    "customer.erase": Text("ha cancellato i dati di un cliente", "erased a customer's data"),
    "customer.merge": Text("ha unito due schede", "joined two records"),
    "customer.note": Text("ha scritto una nota su un cliente", "wrote a note on a customer"),
    "customer.unmerge": Text("ha separato due schede", "parted two records"),
    "device.add": Text("ha preparato una cassa", "prepared a till"),
    "device.join": Text("ha collegato un telefono", "connected a phone"),
    "device.link": Text("ha fatto un codice nuovo per una cassa", "made a new code for a till"),
    "device.revoke": Text("ha tolto una cassa", "took a till out"),
    "factor.codes": Text("ha fatto codici nuovi su carta", "made new codes on paper"),
    "factor.demand": Text(
        "ha chiesto a tutti il secondo passo", "asked everybody for the second step"
    ),
    "factor.off": Text("ha tolto il secondo passo", "took the second step away"),
    "factor.on": Text("ha attivato il secondo passo", "switched the second step on"),
    "factor.paper": Text("è entrato con un codice su carta", "came in with a code on paper"),
    "factor.release": Text(
        "ha lasciato a ognuno il secondo passo", "left the second step to each of them"
    ),
    "job.discard": Text("ha scartato un lavoro fallito", "discarded a failed job"),
    "job.retry": Text("ha fatto riprovare un lavoro", "had a job tried again"),
    "key.create": Text("ha fatto una chiave", "made a key"),
    "key.revoke": Text("ha ritirato una chiave", "took a key back"),
    "lapsed.export": Text("ha esportato chi si allontana", "exported who is slipping away"),
    "limit.lift": Text(
        "ha fatto passare una visita oltre il limite", "let a visit through over the limit"
    ),
    "measures.change": Text(
        "ha cambiato quando un cliente si è allontanato", "changed when a customer has lapsed"
    ),
    "payout.take_back": Text("ha annullato un versamento", "took a payout back"),
    "pin.choose": Text("ha scelto il suo PIN", "chose a PIN"),
    "pin.lock": Text("cinque PIN sbagliati: bloccato", "five wrong PINs: locked"),
    "pin.unlock": Text("ha sbloccato un PIN", "unlocked a PIN"),
    "program.lengthen": Text("ha allungato una scadenza", "lengthened an expiry"),
    "program.referral": Text(
        "ha cambiato il premio per chi porta amici", "changed the reward for bringing friends"
    ),
    "remark.done": Text("ha risolto un'osservazione", "closed a remark"),
    "remark.reopen": Text("ha riaperto un'osservazione", "reopened a remark"),
    "remark.write": Text("ha scritto un'osservazione", "wrote a remark"),
    "retention.change": Text("ha cambiato quanto si conserva", "changed how long data is kept"),
    "rewards.offline": Text(
        "ha cambiato i premi senza rete", "changed the rewards without network"
    ),
    "segment.change": Text("ha cambiato un segmento", "changed a segment"),
    "segment.drop": Text("ha eliminato un segmento", "dropped a segment"),
    "segment.save": Text("ha salvato un segmento", "saved a segment"),
    "staff.address": Text("ha cambiato indirizzo e-mail", "changed their e-mail address"),
    "staff.dismiss": Text("ha tolto l'accesso", "removed access"),
    "staff.invite": Text("ha fatto un link per entrare", "made a link to come in"),
    "staff.password": Text("ha cambiato password", "changed their password"),
    "staff.places": Text("ha cambiato le sedi di lavoro", "changed where somebody stands"),
    "staff.reinstate": Text("ha ridato l'accesso", "gave access back"),
    "staff.role": Text("ha cambiato un ruolo", "changed a role"),
    "visit.discard": Text(
        "ha scartato una visita che la cassa non ha potuto inviare",
        "discarded a visit that the till could not send",
    ),
    "campaign.again": Text(
        "ha fatto mandare di nuovo lettere incerte", "had uncertain letters sent again"
    ),
    "campaign.change": Text("ha cambiato una campagna", "changed a campaign"),
    "campaign.create": Text("ha cominciato una campagna", "began a campaign"),
    "campaign.drop": Text("ha eliminato una bozza di campagna", "dropped a draft of a campaign"),
    "campaign.launch": Text("ha lanciato una campagna", "launched a campaign"),
    "campaign.pause": Text("ha messo in pausa una campagna", "paused a campaign"),
    "campaign.resume": Text("ha ripreso una campagna", "resumed a campaign"),
    "campaign.stop": Text("ha interrotto una campagna", "ended a campaign"),
    "mail.try_hello": Text("si è mandato una lettera di prova", "sent themselves a test letter"),
    "mail.try_letter": Text(
        "si è mandato la lettera di una campagna", "sent themselves a campaign's letter"
    ),
    "mail.try_records": Text("ha controllato i record del dominio", "checked the domain's records"),
    "mail_rules.change": Text("ha cambiato le regole della posta", "changed the mail rules"),
    "automation.letter": Text("ha riscritto una lettera automatica", "rewrote an automatic letter"),
    "automation.letter_reset": Text(
        "ha rimesso una lettera automatica com'era", "put an automatic letter back"
    ),
    "automation.off": Text("ha spento un automatismo", "switched an automation off"),
    "automation.on": Text("ha acceso un automatismo", "switched an automation on"),
    "automation.resume": Text("ha fatto ripartire un automatismo", "let an automation go on"),
    "automation.stop": Text("ha fermato un automatismo", "stopped an automation"),
    "automation.terms": Text(
        "ha cambiato il regalo di un automatismo", "changed the gift of an automation"
    ),
    "card.link": Text("ha fatto un link per una carta", "made a link to a card"),
    "card.look": Text("ha cambiato l'aspetto della carta", "changed how the card looks"),
    "card.look_undone": Text("ha rimesso l'aspetto di prima", "put back how the card looked"),
    "card.send": Text("ha mandato il link di una carta", "sent the link to a card"),
    "customer.change": Text("ha corretto i dati di un cliente", "put a customer's details right"),
    "customer.export": Text("ha esportato i dati di un cliente", "exported a customer's data"),
    "customer.withdraw": Text(
        "ha annotato la revoca di un consenso", "noted that a consent was withdrawn"
    ),
    "export": Text("ha esportato dati del negozio", "exported data of the shop"),
    "import.discard": Text("ha messo via un file", "put a file away"),
    "import.start": Text("ha importato un file", "imported a file"),
    "import.undo": Text("ha annullato un'importazione", "undid an import"),
    "import.upload": Text("ha caricato un file", "uploaded a file"),
    "location.add": Text("ha aperto una sede", "opened a place"),
    "location.change": Text("ha cambiato una sede", "changed a place"),
    "location.close": Text("ha chiuso una sede", "closed a place"),
    "location.reopen": Text("ha riaperto una sede", "reopened a place"),
    "loss.note": Text("ha annotato perché un cliente manca", "noted why a customer stays away"),
    "losses.export": Text("ha esportato i clienti persi", "exported the lost customers"),
    "member.tag": Text("ha messo un'etichetta", "put on a tag"),
    "member.untag": Text("ha tolto un'etichetta", "took off a tag"),
    "members.export": Text("ha esportato clienti", "exported members"),
    "members.tag": Text("ha messo un'etichetta a molti clienti", "put a tag on many members"),
    "members.untag": Text("ha tolto un'etichetta a molti clienti", "took a tag off many members"),
    "note.restore": Text("ha rimesso una nota", "put a note back"),
    "note.rewrite": Text("ha riscritto una nota", "rewrote a note"),
    "note.strike": Text("ha cancellato una nota", "struck a note"),
    "note.write": Text("ha scritto una nota", "wrote a note"),
    "payout.receipt": Text("ha allegato una ricevuta", "attached a receipt"),
    "poster.print": Text("ha preparato una locandina", "made a poster"),
    "program.begin": Text("ha cominciato un programma", "began a program"),
    "program.draft": Text("ha cambiato una bozza", "changed a draft"),
    "program.pause": Text("ha messo in pausa un programma", "paused a program"),
    "program.publish": Text("ha pubblicato un programma", "published a program"),
    "program.rename": Text("ha cambiato nome a un programma", "renamed a program"),
    "program.resume": Text("ha fatto ripartire un programma", "resumed a program"),
    "reward.photo": Text("ha messo la foto di un premio", "put a photo on a reward"),
    "reward.photo_off": Text("ha tolto la foto di un premio", "took a photo off a reward"),
    "shop.change": Text("ha cambiato le impostazioni del negozio", "changed the shop's settings"),
    "task.add": Text("ha scritto un compito", "wrote a task"),
    "task.assign": Text("ha affidato un compito", "gave a task to somebody"),
    "task.done": Text("ha chiuso un compito", "closed a task"),
    "task.reopen": Text("ha riaperto un compito", "reopened a task"),
    "view.remove": Text("ha tolto una vista", "removed a view"),
    "view.save": Text("ha salvato una vista", "saved a view"),
}
# What people look for together: the first word of an act, and what that is called.
GROUPS: dict[str, Text] = {
    "card": Text("Carte", "Cards"),
    "customer": Text("Clienti", "Customers"),
    "staff": Text("Personale", "Staff"),
    "factor": Text("Secondo passo", "Second step"),
    "device": Text("Casse", "Tills"),
    "pin": Text("PIN", "PINs"),
    "program": Text("Programmi", "Programs"),
    "remark": Text("Osservazioni", "Remarks"),
    "key": Text("Chiavi", "Keys"),
    "import": Text("Importazioni", "Imports"),
    "location": Text("Sedi", "Locations"),
    "task": Text("Compiti", "Tasks"),
    "campaign": Text("Campagne", "Campaigns"),
    "automation": Text("Automatismi", "Automations"),
}


def of_group(group: str) -> frozenset[str]:
    """The acts of a group; none of one that does not exist."""
    if group not in GROUPS:
        return frozenset()
    return frozenset(act for act in WORDS if act.partition(".")[0] == group)
