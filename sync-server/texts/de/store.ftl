# Der Verkauf.

home-link = Startseite
log-in = Anmelden
log-out = Abmelden
languages = Sprachen
developers = Entwickler
developers-title = Die API
developers-lead = Vollständig beschrieben, für Programme:
back-home = Zum Spielplan

home-title = Auf dem Spielplan
home-description = Konzerte, Theater, Sport, Ausstellungen: Ihre Tickets mit drei Fingertipps, Gebühren inbegriffen.
search = Suchen
search-words = Künstler, Ort, Mannschaft
search-city = Stadt
search-date = Ab dem
search-category = Art
search-any = Alle Arten
search-wrong = Diese Suche wurde nicht verstanden: Prüfen Sie das Datum. Hier ist alles, was kommt.
when = Wann
when-any = Alle Termine
when-tonight = Heute Abend
when-week = Sieben Tage
when-weekend = Wochenende
home-next = Demnächst
home-found = Gefunden
home-none = Zurzeit keine Veranstaltung.
home-none-found = Nichts passt zu dieser Suche.
home-all = Alles zeigen
home-more = Mehr zeigen
book-from = Buchen ab { $price }
book-free = Kostenlos buchen
see-event = Zur Veranstaltung
from-price = ab { $price }
free = Kostenlos
fees-included = Gebühren inbegriffen.
category-concert = Konzert
category-theatre = Theater
category-sport = Sport
category-expo = Ausstellung
category-club = Club
category-musique = Musik
category-humour = Kabarett

event-description = { $title }, { $when }, { $place }. Tickets, Gebühren inbegriffen.
event-date = Datum
event-place = Ort
event-times = Einlass { $doors }, Beginn { $starts }
event-starts = Beginn { $starts }
event-map = Karte
event-organizer = Veranstaltet von { $name }
event-test = Probeveranstaltung: Mit diesen Tickets kommt man nirgends hinein.
choose-title = Ihre Plätze
choose-places = Wie viele
choose-fewer = Einer weniger
choose-more = Einer mehr
rate-price = Gebühren inbegriffen
rate-vat = Gebühren inbegriffen, darin { $vat } USt. ({ $rate } %)
rate-out = Ausverkauft
rate-later = Im Verkauf ab { $date }
rate-over = Verkauf beendet
reserve = Buchen
your-choice = Ihre Wahl
event-cancelled = Diese Veranstaltung ist abgesagt. Tickets werden nicht mehr verkauft; wer gekauft hat, erfährt es per E-Mail.
event-over = Diese Veranstaltung ist vorbei.
event-nothing = Zurzeit sind keine Plätze im Verkauf.
event-all-out = Ausverkauft. Plätze kommen zurück, wenn ein Warenkorb nicht bezahlt wird: Sehen Sie in ein paar Minuten wieder her.
problem-sold-out = Zu diesem Preis sind nicht genug Plätze übrig. Es wurde nichts gebucht. Nehmen Sie weniger, oder wählen Sie einen anderen Preis.
problem-not-on-sale = Dieser Preis ist gerade nicht im Verkauf. Es wurde nichts gebucht. Wählen Sie einen anderen.
problem-choose = Wählen Sie einen Preis und die Zahl der Plätze. Es wurde nichts gebucht.

queue-title = Warteraum
queue-text = Gerade buchen sehr viele. Ihr Platz in der Reihe bleibt erhalten. Lassen Sie diese Seite offen: Sie lädt sich selbst neu.
queue-ahead = { $count ->
    [one] { $count } Person vor Ihnen
   *[other] { $count } Personen vor Ihnen
}
queue-soon = Weniger als eine Minute
queue-minutes = Etwa { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
queue-turn-title = Sie sind an der Reihe
queue-turn-text = Buchen Sie jetzt: Sobald Sie drücken, sind Ihre Plätze reserviert.
queue-closed-title = Nichts mehr zu buchen
queue-back = Zurück zur Veranstaltung

pay-title = Zahlung
pay-back = Diese Plätze zurückgeben und zurück
hold-until = Ihre Plätze sind reserviert bis { $time }
pay-total = Gesamt, Gebühren inbegriffen
pay-vat = darin USt.
pay-email = E-Mail, an die die Tickets gehen
pay-name = Vor- und Nachname
pay-remind = Per E-Mail an diese Plätze erinnern, wenn ich nicht fertig werde: höchstens drei Nachrichten.
pay-means = Bezahlen mit
means-accept = Probekarte, angenommen
means-decline = Probekarte, abgelehnt
means-delay = Probekarte, langsam
means-card = Bankkarte, auf der sicheren Seite von Stripe
means-test = Probeserver: Es wird kein Geld abgebucht.
pay-button = { $amount } bezahlen
pay-free-button = Bestätigen, kostenlos
error-email = Schreiben Sie eine Adresse wie camille@example.org.
error-name = Schreiben Sie einen Namen mit höchstens 200 Buchstaben.
problem-declined = Die Bank hat abgelehnt. Es wurde nichts abgebucht. Versuchen Sie eine andere Karte: Ihre Plätze bleiben reserviert.
problem-means = Diese Zahlungsart gibt es hier nicht. Es wurde nichts abgebucht. Wählen Sie eine andere.
problem-no-paying = Zahlen ist gerade nicht möglich, und es wurde nichts abgebucht. Versuchen Sie es gleich noch einmal: Ihre Plätze bleiben bis zum Ende der Frist reserviert.
problem-too-many = Zu viele Zahlungsversuche. Es wurde nichts abgebucht. Warten Sie eine Minute: Ihre Plätze bleiben reserviert.

expired-title = Ihre Plätze wurden zurückgegeben
expired-text = Die Zeit zum Bezahlen ist um. Es wurde nichts abgebucht. Sie können wieder Plätze nehmen, wenn welche übrig sind.
take-again = Wieder Plätze nehmen
cancelled-title = Bestellung aufgegeben
cancelled-text = Diese Plätze wurden zurückgegeben. Es wurde nichts abgebucht.
returned-title = Die Zahlung kam zu spät
returned-text = Die Plätze waren schon weg. Sie haben kein Ticket, und das ganze Geld geht an Sie zurück.
unsure-title = Die Bank antwortet nicht
unsure-text = Wir wissen noch nicht, ob die Zahlung durchging. Zahlen Sie nicht noch einmal: Sehen Sie gleich nach Ihrer Bestellung.
see-order = Meine Bestellung ansehen
refunded-title = Bestellung erstattet
refunded-text = { $amount } wurden Ihnen erstattet. Diese Tickets gelten nicht mehr.
pending-title = Zahlung läuft
pending-text = Die Bank hat noch nicht geantwortet. Diese Seite lädt sich selbst neu. Ihre Plätze bleiben reserviert bis { $time }.
pay-otherwise = Anders bezahlen
waiting-title = Zahlung erhalten
waiting-text = Ihre Tickets werden erstellt, meist in wenigen Sekunden. Diese Seite lädt sich selbst neu; sie kommen auch per E-Mail.
done-title = Gebucht
done-for = für { $title }, { $when }, { $place }.
see-tickets = Meine Tickets ansehen
your-tickets = Ihre Tickets
sent-to = Gesendet an
order-code = Bestellung
paid = Bezahlt
refunded = Erstattet
ticket-of = Ticket { $no } von { $count }
ticket-title = Ticket
ticket-qr = QR-Code des Tickets { $code }
ticket-doors = Einlass
ticket-price = Preis
ticket-number = Ticket
ticket-code = Code
ticket-bright = Stellen Sie den Bildschirm am Einlass heller.
ticket-previous = Voriges Ticket
ticket-next = Nächstes Ticket
ticket-back = Zur Bestellung
ticket-rotating = Dieser Code wechselt alle 15 Sekunden: Mit einem Bildschirmfoto kommt niemand hinein. Lassen Sie diese Seite offen, sie lädt sich selbst neu.
ticket-refunded = Dieses Ticket ist erstattet: Es gilt nicht mehr.
ticket-cancelled = Dieses Ticket ist storniert: Es gilt nicht mehr.
ticket-blocked = Dieses Ticket ist gesperrt. Schreiben Sie dem Veranstalter, bevor Sie kommen.

stop-title = Erinnerungen beenden
stop-text = { $address } erhält keine Erinnerungen an unfertige Bestellungen mehr. Tickets und Änderungen einer Veranstaltung kommen weiterhin.
stop-done = Erledigt: { $address } erhält keine Erinnerungen mehr.
stop-button = Keine Erinnerungen mehr

rate-left = { $count ->
    [one] Noch { $count } Platz
   *[other] Noch { $count } Plätze
}
sum-places = { $count ->
    [one] { $count } Platz, inkl. Gebühren
   *[other] { $count } Plätze, inkl. Gebühren
}
places-count = { $count ->
    [one] { $count } Platz
   *[other] { $count } Plätze
}
problem-over-limit = { $count ->
    [one] Höchstens { $count } Platz je Bestellung zu diesem Preis. Es wurde nichts gebucht.
   *[other] Höchstens { $count } Plätze je Bestellung zu diesem Preis. Es wurde nichts gebucht.
}
errors-count = { $count ->
    [one] { $count } Feld ist zu berichtigen. Es wurde nichts abgebucht.
   *[other] { $count } Felder sind zu berichtigen. Es wurde nichts abgebucht.
}
hold-minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
