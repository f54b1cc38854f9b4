# Die Warteliste, und was nach dem Kauf aus einem Ticket wird.

line-title = Warteliste
line-out = Ausverkauft. Setzen Sie sich auf die Warteliste: Plätze werden frei und für Wartende zurückgehalten.
line-lead = Werden Plätze frei, halten wir sie einige Stunden für Sie zurück und schreiben Ihnen eine E-Mail, in der Reihenfolge der Anmeldung. Bis dahin zahlen Sie nichts.
line-type = Preisgruppe
line-consent = Ich möchte eine E-Mail erhalten, wenn Plätze frei werden. Meine Adresse dient nur dazu.
line-join = Auf die Warteliste setzen
line-wrong-type = Wählen Sie eine ausverkaufte Preisgruppe.
line-wrong-consent = Setzen Sie dieses Häkchen: Ohne E-Mail können wir Ihnen nicht Bescheid geben.
line-wrong-places = { $count ->
    [one] Höchstens { $count } Platz in dieser Preisgruppe.
   *[other] 1 bis { $count } Plätze in dieser Preisgruppe.
}
line-wrong-least = { $count ->
    [one] Mindestens { $count } Platz in dieser Preisgruppe.
   *[other] Mindestens { $count } Plätze in dieser Preisgruppe.
}
line-errors = { $count ->
    [one] { $count } Feld ist zu berichtigen. Sie stehen noch nicht auf der Liste.
   *[other] { $count } Felder sind zu berichtigen. Sie stehen noch nicht auf der Liste.
}
line-full = Diese Warteliste ist voll. Sie stehen nicht darauf. Schauen Sie später wieder auf die Seite der Veranstaltung.
line-asked-title = Sehen Sie in Ihre E-Mails
line-asked-text = In Ihrem Postfach wartet ein Link. Ihr Platz zählt ab dem Moment, in dem Sie ihn öffnen und bestätigen.
line-confirm-title = Anmeldung bestätigen
line-confirm-text = Ein letzter Schritt: Ab jetzt zählt Ihr Platz in der Reihe.
line-confirm = Bestätigen
line-in-title = Sie stehen auf der Warteliste
line-in-text = { $count ->
    [0] Sie sind die Nächsten. Sobald Plätze frei werden, schreiben wir Ihnen. Wer weniger Plätze möchte, kann vor Ihnen an die Reihe kommen.
    [one] { $count } Person vor Ihnen. Sobald Sie an der Reihe sind, schreiben wir Ihnen. Wer weniger Plätze möchte, kann vor Ihnen an die Reihe kommen.
   *[other] { $count } Personen vor Ihnen. Sobald Sie an der Reihe sind, schreiben wir Ihnen. Wer weniger Plätze möchte, kann vor Ihnen an die Reihe kommen.
}
line-offer-title = Sie sind an der Reihe
line-offer-text = Ihre Plätze sind bis { $until } reserviert. Danach gehen sie an die nächste Person.
line-take = Meine Plätze nehmen
line-taken-title = Sie haben Ihre Plätze genommen
line-taken-text = Ihre Tickets stehen in der E-Mail zu Ihrer Bestellung.
line-missed-title = Ihre Reihe ist vorbei
line-missed-text = Die für Sie reservierten Plätze wurden nicht rechtzeitig genommen. Es wurde nichts abgebucht. Sie können sich wieder anmelden.
line-left-title = Sie haben die Liste verlassen
line-left-text = Sie erhalten zu diesen Plätzen keine E-Mails mehr.
line-leave = Warteliste verlassen
line-leave-title = Warteliste verlassen
line-leave-text = Ihr Platz in der Reihe geht verloren, und für Sie reservierte Plätze gehen an die nächste Person.

mail-wait-subject = Bestätigen Sie Ihren Platz auf der Warteliste: { $title }
mail-wait-text = Sie möchten { $places } für { $title }; die Veranstaltung ist ausverkauft. Bestätigen Sie Ihre Adresse: Ab diesem Moment zählt Ihr Platz in der Reihe. Wir schreiben Ihnen, sobald Plätze für Sie reserviert sind.
mail-wait-not-you = Wenn Sie das nicht waren, tun Sie nichts: Es folgt keine weitere E-Mail.
mail-wait-do = Anmeldung bestätigen
mail-wait-leave = Warteliste verlassen
mail-why-wait = Sie erhalten diese E-Mail, weil diese Adresse auf eine Warteliste gesetzt wurde.
mail-offer-subject = Sie sind an der Reihe: Plätze für { $title }
mail-offer-text = { $places } für { $title }: für Sie reserviert bis { $until }. Niemand sonst kann sie bis dahin nehmen.
mail-offer-next = Danach ist die nächste Person an der Reihe, und es wird nichts abgebucht.
mail-offer-until = Reserviert bis
mail-offer-do = Meine Plätze nehmen

office-line = Warteliste
office-line-of = Warteliste, { $title }
office-line-means = Frei werdende Plätze werden in der Reihenfolge der Anmeldung angeboten und so lange reserviert, wie Sie es in den Bedingungen festlegen.
office-line-nobody = Zurzeit wartet niemand.
office-line-people = Personen
office-line-places = Gewünschte Plätze
office-line-oldest = Erste Anmeldung
office-line-offers = Offene Angebote
office-line-until = Bis
office-line-taken = Angenommen
office-terms = Bedingungen
office-terms-of = Bedingungen, { $title }
office-terms-saved = Bedingungen gespeichert.
office-terms-line = Wenn eine Preisgruppe ausverkauft ist
office-terms-line-open = Man kann sich auf eine Warteliste setzen
office-terms-line-closed = Keine Warteliste
office-terms-line-help = Wer schon wartet, behält seinen Platz in der Reihe.
office-terms-offer = Ein Angebot gilt
office-terms-offer-help = Danach gehen die Plätze an die nächste Person.
office-hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}

after-open = Meine Tickets zurückgeben oder ändern
after-title = Meine Tickets
after-name = Name auf dem Ticket
after-rename = Name ändern
after-rename-do = Diesen Namen speichern
after-rename-done = Der Name ist geändert. Der Einlass kennt ihn.
after-refund = Rückgabe
after-refund-pick = Dieses Ticket zurückgeben
after-refund-see = Meine Rückzahlung ansehen
after-refund-fee = Je Ticket werden { $fee } einbehalten.
after-refund-none = Wählen Sie mindestens ein Ticket. Es wurde nichts zurückgezahlt.
after-refund-reason = Auf Wunsch der Käuferin oder des Käufers, nach den Bedingungen der Veranstaltung
after-refund-done = Die Rückzahlung ist erfolgt. Das Geld kommt in einigen Tagen auf dem benutzten Zahlungsweg an.
after-refund-pending = Die Rückzahlung ist beauftragt. Die Bank hat noch nicht geantwortet: Eine E-Mail sagt Ihnen, wann es so weit ist.
after-refund-refused = Die Bank lehnt diese Rückzahlung ab. Ihre Tickets bleiben gültig. Schreiben Sie dem Veranstalter.
after-sure-title = Diese Tickets zurückgeben
after-sure-text = Sie erhalten { $back } zurück. Diese Tickets öffnen den Einlass nicht mehr, und ihre Plätze gehen wieder in den Verkauf.
after-sure-nothing = Es wird kein Geld zurückgezahlt. Diese Tickets öffnen den Einlass nicht mehr, und ihre Plätze gehen wieder in den Verkauf.
after-sure-fee = { $fee } werden nach den Bedingungen der Veranstaltung einbehalten.
after-sure-do = Diese Tickets zurückgeben
after-sure-keep = Meine Tickets behalten
after-no-cancelled = Die Veranstaltung fällt aus, und der Veranstalter erstattet nach seinen Bedingungen. Eine E-Mail sagt es Ihnen.
after-no-ended = Dieses Ticket öffnet den Einlass nicht mehr; es gibt nichts mehr zu tun.
after-no-under-way = Die Rückzahlung läuft. Eine E-Mail sagt Ihnen, wann es so weit ist.
after-no-entered = Mit diesem Ticket war schon jemand am Einlass.
after-no-refund = Der Veranstalter erlaubt es für diese Veranstaltung nicht. Schreiben Sie ihm, wenn Sie nicht kommen können.
after-no-rename = Der Veranstalter erlaubt es für diese Veranstaltung nicht. Schreiben Sie ihm.
after-no-late = Das war bis { $until } möglich. Schreiben Sie dem Veranstalter.
ended-title = Tickets entwertet
ended-text = Diese Tickets öffnen den Einlass nicht mehr.

office-terms-after = Nach dem Kauf
office-terms-never = Nie
office-terms-doors = Bis zur Öffnung der Türen
office-terms-hours = { $count ->
    [one] Bis { $count } Stunde vor Einlass
   *[other] Bis { $count } Stunden vor Einlass
}
office-terms-days = { $count ->
    [one] Bis { $count } Tag vor Einlass
   *[other] Bis { $count } Tage vor Einlass
}
office-terms-refund = Käufer können ihr Geld zurückholen
office-terms-refund-help = Selbst, auf der Seite ihrer Bestellung. Sie können immer auch selbst erstatten.
office-terms-fee = Einbehalt je Ticket
office-terms-fee-help = 0, um alles zurückzugeben.
office-terms-rename = Käufer können den Namen eines Tickets ändern
office-terms-rename-help = Die Suche nach Namen am Einlass folgt.

after-transfer = An jemanden übertragen
after-transfer-means = Ihr Ticket wird entwertet, und diese Person bekommt per E-Mail ein neues für denselben Platz. Eine Rückzahlung ginge an Sie und würde ihr Ticket entwerten.
after-transfer-do = Dieses Ticket übertragen
after-transfer-done = Das Ticket ist übertragen. Die E-Mail ist unterwegs, und Ihres öffnet den Einlass nicht mehr.
after-friend-name = Vor- und Nachname der Person
after-friend-email = E-Mail-Adresse der Person
after-given-title = Ihre Tickets sind übertragen
after-given = Ticket übertragen an { $friend }: { $ticket }
after-no-transfer = Der Veranstalter erlaubt es für diese Veranstaltung nicht. Schreiben Sie ihm.
after-no-gift = Dieses Ticket wurde Ihnen übertragen. Nur wer es bezahlt hat, kann Geld zurückbekommen: Fragen Sie diese Person.
mail-gift-subject = { $giver } überträgt Ihnen ein Ticket für { $title }
mail-gift-text = { $giver } überträgt Ihnen ein Ticket für { $title }. Es läuft auf Ihren Namen: Das alte öffnet den Einlass nicht mehr.
mail-why-gift = Sie erhalten diese E-Mail, weil { $giver } Ihre Adresse angegeben hat, um Ihnen ein Ticket zu übertragen.
mail-given-subject = Ticket übertragen: { $title }
mail-given-text = Ihr Ticket { $ticket } der Bestellung { $code } für { $title } gehört jetzt { $friend }. Das alte öffnet den Einlass nicht mehr.
mail-given-not-you = Wenn Sie das nicht waren, schreiben Sie sofort dem Veranstalter und nennen Sie Ihre Bestellnummer.
office-terms-transfer = Käufer können ein Ticket übertragen
office-terms-transfer-help = Das alte Ticket wird entwertet, die andere Person bekommt ein neues.
