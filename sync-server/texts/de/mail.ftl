# Die E-Mails. Geschützte Leerzeichen (U+00A0) zwischen Zahl und Wort.

mail-hello = Guten Tag { $name },
mail-date = Datum
mail-place = Ort
mail-doors = Einlass
mail-order = Bestellung
mail-calendar = Der Termin liegt bei, für Ihren Kalender.
mail-ticket = Ticket { $no }
mail-ticket-open = Dieses Ticket öffnen
mail-more-codes = Die weiteren Codes stehen im beiliegenden PDF und auf der Seite Ihrer Bestellung.
mail-rotating = Der Code dieses Tickets wechselt alle 15 Sekunden: Öffnen Sie es am Einlass auf dem Telefon.
mail-file-tickets = tickets
mail-file-calendar = kalender
mail-link-instead = Wenn sich der Knopf nicht öffnen lässt, kopieren Sie diese Adresse:
mail-why-buyer = Sie erhalten diese E-Mail, weil Sie mit dieser Adresse Tickets bestellt haben.
mail-why-account = Sie erhalten diese E-Mail, weil ein Konto diese Adresse hat.

mail-verify-subject = Bestätigen Sie Ihre Adresse
mail-verify-text = Mit dieser Adresse wurde soeben ein Konto bei Ticket Hub angelegt. Bestätigen Sie, dass es Ihre ist; der Link gilt 7 Tage.
mail-verify-not-you = Wenn Sie das nicht waren, brauchen Sie nichts zu tun.
mail-verify-do = Adresse bestätigen

mail-reset-subject = Ihr neues Passwort
mail-reset-text = Für Ihr Konto wurde ein neues Passwort angefordert. Wählen Sie es über diesen Link; er gilt eine Stunde und nur einmal.
mail-reset-not-you = Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Das alte gilt weiter.
mail-reset-do = Passwort wählen

mail-tickets-subject = Ihre Tickets für { $title }
mail-tickets-text = { $places } für { $title }, { $when }. Bestellung { $code }.
mail-tickets-show = Zeigen Sie am Eingang den Code auf dem Telefon oder auf Papier. Ein Einlass je Ticket: Geben Sie es nicht weiter.
mail-tickets-do = Meine Tickets ansehen
mail-tickets-print = Tickets zum Ausdrucken (PDF)
mail-places = { $count ->
    [one] { $count } Ticket
   *[other] { $count } Tickets
}

mail-refund-subject = Erstattung der Bestellung { $code }
mail-refund-whole = Wir erstatten Ihnen { $amount }, die ganze Bestellung { $code }.
mail-refund-part = Wir erstatten Ihnen { $amount }, einen Teil der Bestellung { $code }.
mail-refund-any = Wir erstatten Ihnen { $amount } für die Bestellung { $code }.
mail-refund-after = Der Betrag kommt in einigen Tagen auf dem benutzten Zahlungsweg an. Erstattete Tickets gelten am Eingang nicht mehr.
mail-refund-do = Meine Bestellung ansehen

mail-ended-subject = Stornierte Tickets der Bestellung { $code }
mail-ended-text = Tickets der Bestellung { $code } wurden storniert, ohne Erstattung.
mail-ended-after = Stornierte Tickets gelten am Eingang nicht mehr.
mail-ended-do = Bestellung ansehen
