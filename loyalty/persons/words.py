"""What each table is to the person it is about, in plain words; exports and pages say it."""

from loyalty.core.text import Text

TABLES: dict[str, Text] = {
    "customer": Text(
        "Chi sei: nome, recapiti, compleanno, note", "Who you are: name, contacts, birthday, notes"
    ),
    "customer_merge": Text(
        "Quando due tue schede sono diventate una", "When two records of you became one"
    ),
    "customer_tag": Text("Le etichette che il negozio ti ha dato", "Tags the shop put on you"),
    "customer_note": Text(
        "Che cosa il personale ha annotato su di te", "What staff noted about you"
    ),
    "bulk_change": Text(
        "Quando un'etichetta ti è stata data o tolta insieme ad altri",
        "When a tag was put on you or taken off together with others",
    ),
    "consent_event": Text(
        "Che cosa hai permesso o ritirato, e quando", "What you allowed or took back, and when"
    ),
    "email_confirmation": Text(
        "Quando hai confermato un indirizzo", "When you confirmed an address"
    ),
    "card_pin": Text("Quando hai scelto un PIN", "When you chose a PIN"),
    "referral": Text(
        "Chi ha portato chi, e che cosa ne è venuto", "Who brought whom, and what came"
    ),
    "erasure": Text("Quando i tuoi dati sono stati cancellati", "When your data were erased"),
    "mail": Text("I messaggi che ti sono stati scritti", "Messages written to you"),
    "message": Text(
        "Le lettere del negozio, o perché non te ne è arrivata una",
        "Letters of the shop, or why you got none",
    ),
    "mail_rest": Text(
        "Da quando il negozio ti lascia in pace", "Since when the shop has left you in peace"
    ),
    "automation_run": Text(
        "Le serie di lettere in cui sei capitato", "Series of letters you have been in"
    ),
    "automation_step": Text(
        "I passi di quelle serie che ti hanno riguardato", "Steps of these series you came to"
    ),
    "loss_note": Text("Perché non vieni più, se si sa", "Why you no longer come, if known"),
    "remark": Text("Che cosa hai detto al banco", "What you said at the counter"),
    "card": Text("Le tue carte", "Your cards"),
    "card_token": Text(
        "Quando i codici della carta sono nati o cessati", "When codes of your card began and ended"
    ),
    "card_claim": Text(
        "I link che hanno portato la carta sul telefono", "Links that brought your card to a phone"
    ),
    "card_device": Text("I telefoni su cui la carta è aperta", "Phones on which your card is open"),
    "live_use": Text("I codici che cambiano, già usati", "Changing codes that were used"),
    "scan_refusal": Text("Le volte che la carta è stata rifiutata", "Times your card was refused"),
    "ledger_account": Text("Quanto c'è su ogni carta", "What is on each card"),
    "ledger_operation": Text("Ogni cosa fatta con la carta", "Each thing done with your card"),
    "ledger_entry": Text("Ogni movimento, con il suo perché", "Each movement, with its reason"),
    "ledger_lot": Text(
        "Punti arrivati insieme, e fino a quando valgono",
        "Points that came together, and until when",
    ),
    "ledger_extension": Text("Scadenze spostate più in là", "Ends that were moved to later"),
    "ledger_posting": Text(
        "I singoli passaggi di ogni movimento", "The single steps of each movement"
    ),
    "visit": Text("Le tue visite", "Your visits"),
    "visit_line": Text("Che cosa c'era in ogni visita", "What was in each visit"),
    "visit_refund": Text(
        "Rimborsi e aggiunte a una visita", "Refunds of a visit and additions to it"
    ),
    "visit_move": Text("Visite passate da una carta a un'altra", "Visits moved from card to card"),
    "tier_change": Text("I livelli raggiunti o lasciati", "Levels reached and left"),
    "redemption": Text("Premi chiesti, avuti o annullati", "Rewards asked for, had or cancelled"),
    "member_stats": Text(
        "Quante volte vieni e quanto spendi", "How often you come and what you spend"
    ),
    "member_month": Text("Le tue visite mese per mese", "Your visits month by month"),
    "member_hour": Text("I giorni e le ore in cui vieni", "Days and hours at which you come"),
    "member_product": Text("Che cosa compri più spesso", "What you buy most often"),
    "imported_sale": Text(
        "Visite arrivate da un archivio di prima", "Visits that came from an older record"
    ),
    "imported_change": Text(
        "Rimborsi arrivati da un archivio di prima", "Refunds that came from an older record"
    ),
    "imported_customer": Text(
        "Che sei arrivato da un archivio di prima", "That you came from an older record"
    ),
    "task": Text("Che cosa il negozio deve fare per te", "What the shop has to do for you"),
    "staff_act": Text(
        "Che cosa il personale ha fatto sulle tue carte", "What staff did about your cards"
    ),
}
