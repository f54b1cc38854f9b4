# Rabattcodes und was zu einem Preis gehört.

percent-of = { $rate } %
code-have = Ich habe einen Code
code-label = Code
code-apply = Einlösen
code-remove = Entfernen
code-applied = Code { $code } eingelöst
code-takes = { $code }: { $off } Rabatt.
code-for-types = Für: { $types }.
code-from = Ab { $least } Bestellwert.
code-first-order = Für eine erste Bestellung.
code-deducted = Code abgezogen
code-unknown = Diesen Code gibt es für diese Veranstaltung nicht. Prüfen Sie ihn, oder machen Sie ohne Code weiter.
code-not-yet = Dieser Code gilt ab { $date }. Machen Sie bis dahin ohne Code weiter.
code-over = Dieser Code gilt nicht mehr. Machen Sie ohne Code weiter, oder versuchen Sie einen anderen.
code-used-up = Dieser Code wurde so oft eingelöst, wie vorgesehen war. Machen Sie ohne Code weiter, oder versuchen Sie einen anderen.
code-other-types = Dieser Code gilt für andere Preise. Wählen Sie einen anderen, oder machen Sie ohne Code weiter.
code-below-minimum = Dieser Code gilt ab { $least } Bestellwert. Nehmen Sie mehr Plätze, oder machen Sie ohne Code weiter.
code-used-before = Diese Person hat den Code schon eingelöst. Entfernen Sie ihn, um weiterzumachen.
code-not-first = Dieser Code gilt für eine erste Bestellung bei diesem Veranstalter, und mit dieser Adresse wurde schon bestellt. Entfernen Sie ihn, um weiterzumachen.
code-payment-begun = Für diesen Preis läuft eine Zahlung: Der Code lässt sich nicht mehr ändern. Schließen Sie die Zahlung ab, oder geben Sie die Plätze zurück und beginnen Sie neu.
full-price = Ohne Rabatt
discount-of = Rabatt { $code }

office-codes = Rabattcodes
office-no-codes = Bisher keine Rabattcodes.
office-code-new = Neuer Code
office-code = Code { $code }
office-code-make = Code anlegen
office-code-all-events = Alle Veranstaltungen
office-code-off = Rabatt
office-code-terms = Bedingungen
office-code-orders = Bestellungen
office-code-since = Ab { $date }
office-code-till = Bis { $date }
office-code-good = Gültig
office-code-early = Noch nicht
office-code-used-up = Aufgebraucht
office-code-over = Beendet
office-code-help = Was die Käufer eingeben, groß oder klein. Auch ein Link kann ihn mitbringen: Hängen Sie ?code= und den Code an die Adresse der Veranstaltung.
office-code-kind = Art des Rabatts
office-code-percent = Prozent des Preises
office-code-amount = Betrag je Bestellung
office-code-off-help = 10 für 10 %, 5,00 für einen Betrag.
office-code-types = Für diese Preise
office-code-types-help = Ohne Auswahl gilt er für alle.
office-code-minimum = Bestellwert ab
office-code-minimum-help = Preis der Bestellung vor dem Rabatt.
office-code-from = Gültig ab
office-code-until = Gültig bis
office-code-uses = Bestellungen insgesamt, höchstens
office-code-uses-help = Ein Warenkorb zählt, solange er gilt.
office-code-each = Bestellungen je Person, höchstens
office-code-each-help = Nach Konto oder E-Mail-Adresse.
office-code-first = Nur für eine erste Bestellung bei Ihnen
office-code-means = Eine Bestellung behält ihren Preis, auch wenn der Code danach geändert oder beendet wird. Eine Erstattung gibt die Einlösung nicht zurück.
office-code-taken = Bestellungen mit diesem Code: { $count }
office-code-end = Code beenden
office-code-is-over = Dieser Code ist beendet. Legen Sie für weitere Bestellungen einen neuen an.
office-wrong-code = Schreiben Sie 3 bis 40 Buchstaben, Ziffern, Striche oder Punkte.
office-wrong-code-used = Ein anderer gültiger Code heißt schon so. Beenden Sie ihn, oder wählen Sie ein anderes Wort.
office-wrong-code-ended = Dieser Code wurde inzwischen beendet. Legen Sie einen neuen an.
office-wrong-code-off = Schreiben Sie Prozent bis 100, wie 10 oder 12,5, oder einen Betrag wie 5,00.
office-wrong-code-minimum = Schreiben Sie einen Betrag wie 50,00, oder nichts.
office-wrong-code-until = Schreiben Sie ein Ende nach dem Beginn, oder nichts.
office-wrong-code-uses = Schreiben Sie eine Zahl ab 1, oder nichts.
office-wrong-code-taken = { $taken } Bestellungen haben diesen Code: Schreiben Sie { $taken } oder mehr.
office-wrong-code-types = Wählen Sie Preise dieser Veranstaltung.

code-opens = Dieser Code öffnet: { $types }.
extras = Zu Ihren Plätzen
rate-group = { $price } je Platz ab { $from } Plätzen
problem-needs-other = Das gibt es nur zu einem Platz. Es wurde nichts gebucht. Wählen Sie auch einen Platz.
donation = Spende
donation-label = Eine Spende an den Veranstalter, wenn Sie mögen
donation-add = Hinzufügen
donation-help = Ohne Ticket und ohne USt. Sie wird erstattet, wenn der Veranstalter die ganze Bestellung erstattet.
donation-wrong = Schreiben Sie einen Betrag wie 5,00, bis 10.000,00, oder nichts.
office-type-least = Plätze je Bestellung, mindestens
office-type-group = Gruppenpreis ab so vielen Plätzen
office-type-each = Preis je Platz in der Gruppe
office-type-access = Zugangscode
office-type-access-help = Mit einem Code wird dieser Preis nur denen gezeigt und verkauft, die ihn eingeben. Ein Link kann ihn mitbringen, durch ?code=.
office-type-needs = Nur zu einem anderen Platz (Programm, Getränk). Es entsteht ein Ticket: Geben Sie ihm seinen Eingang, sonst lässt es hinein.
office-donation = Bei der Zahlung eine Spende anbieten
office-wrong-least = Schreiben Sie eine Zahl von 1 bis zum Höchsten je Bestellung.
office-wrong-group = Schreiben Sie eine Zahl von 2 bis 100 und den Preis je Platz, oder nichts.
office-wrong-group-price = Schreiben Sie einen Preis wie 15,00, mit der Zahl der Plätze.
office-wrong-access = Schreiben Sie 3 bis 40 Buchstaben, Ziffern, Striche oder Punkte, oder nichts.
rate-least = { $count ->
    [one] mindestens { $count } Platz
   *[other] mindestens { $count } Plätze
}
problem-under-limit = { $count ->
    [one] Mindestens { $count } Platz je Bestellung zu diesem Preis. Es wurde nichts gebucht.
   *[other] Mindestens { $count } Plätze je Bestellung zu diesem Preis. Es wurde nichts gebucht.
}
