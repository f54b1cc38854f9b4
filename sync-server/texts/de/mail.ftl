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

mail-invitation-subject = { $organizer } lädt Sie ins Team ein
mail-invitation-text = { $inviter } lädt Sie ein, bei Ticket Hub dem Team von { $organizer } beizutreten, mit der Rolle „{ $role }“. Der Link gilt 7 Tage und einmal.
mail-invitation-not-you = Wenn Sie diesen Veranstalter nicht kennen, tun Sie nichts.
mail-invitation-do = Dem Team beitreten
mail-why-invitation = Sie erhalten diese E-Mail, weil { $organizer } diese Adresse angegeben hat, um Sie einzuladen.

mail-reset-subject = Ihr neues Passwort
mail-reset-text = Für Ihr Konto wurde ein neues Passwort angefordert. Wählen Sie es über diesen Link; er gilt eine Stunde und nur einmal.
mail-reset-not-you = Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Das alte gilt weiter.
mail-reset-do = Passwort wählen

mail-login-subject = Ihr Link zum Anmelden
mail-login-text = Dieser Link meldet Sie bei Ticket Hub an, ein einziges Mal, 15 Minuten lang.
mail-login-not-you = Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun: Ohne diesen Link kommt niemand hinein.
mail-login-do = Jetzt anmelden

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

mail-changed-subject = Änderung bei { $title }
mail-changed-text = Der Veranstalter hat Termin oder Ort von { $title } geändert. Ihre Tickets gelten weiter: Diese ersetzen die alten.
mail-changed-before = Bisher
mail-changed-now = Jetzt
mail-changed-cannot = Wenn Sie nicht mehr kommen können, schreiben Sie dem Veranstalter vor der Veranstaltung.

mail-cancelled-subject = { $title } ist abgesagt
mail-cancelled-text = { $title }, { $when }, findet nicht statt. Die Tickets der Bestellung { $code } gelten am Eingang nicht mehr.
mail-cancelled-money = Der Veranstalter erstattet nach seinen Bedingungen; eine E-Mail sagt es Ihnen. Bewahren Sie Ihre Bestellnummer auf.

mail-reminder-subject = Morgen: { $title }
mail-reminder-text = Bald ist es so weit: { $title }, { $when }. Sie haben { $places }.

mail-cart-subject-1 = Ihre Plätze für { $title } warten
mail-cart-subject-2 = Noch Plätze frei für { $title }
mail-cart-subject-3 = Letzte Erinnerung an { $title }
mail-cart-text-1 = Sie hatten Plätze für { $title }, { $when }, gewählt und die Bestellung nicht beendet. Es wurde nichts abgebucht, und die Plätze wurden zurückgegeben. Solange es welche gibt, können Sie wieder welche nehmen.
mail-cart-text-2 = Für { $title }, { $when }, gibt es noch Plätze. Machen Sie mit Ihrer Bestellung dort weiter, wo Sie aufgehört haben.
mail-cart-text-3 = { $title }, { $when }: Das ist die letzte E-Mail, die wir Ihnen zu dieser Bestellung schicken.
mail-cart-do = Wieder Plätze nehmen
mail-why-cart = Sie erhalten diese Erinnerung, weil Sie sie beim Buchen gewünscht haben.
mail-stop = Keine Erinnerungen mehr

sms-tickets = Ihre Tickets für { $title }, { $day }. { $month }, Einlass { $time }: { $link }
sms-reminder = Morgen: { $title }, Einlass { $time }. Ihre Tickets: { $link }
