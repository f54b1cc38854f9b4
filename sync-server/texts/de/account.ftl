# Das Konto.

account = Mein Konto
account-you = Sie
account-unverified = Diese Adresse ist noch nicht bestätigt. Der Link ist in Ihrem Postfach.
account-send-check = Link noch einmal senden
account-language = Sprache der Seiten und E-Mails
save = Speichern
email = E-Mail-Adresse
password = Passwort
password-help = Mindestens 10 Zeichen; ein paar Wörter hintereinander sind sehr gut.
password-new = Neues Passwort
password-current = Aktuelles Passwort
password-change = Passwort ändern
password-none = Ihr Konto hat kein Passwort. Sie können eines per E-Mail wählen.
password-choose = Passwort wählen
login-title = Anmelden
login-forgot = Passwort vergessen
login-new = Noch kein Konto? Zum Kaufen braucht es keines; es hält Ihre Tickets beisammen.
link-by-mail = Link per E-Mail erhalten
link-title = Anmelden per E-Mail
link-ask = Ohne Passwort: Wir senden Ihnen einen Link, der 15 Minuten gilt.
link-ask-button = Link senden
link-lead = Sie melden sich gleich mit der Adresse { $email } an.
register-title = Konto anlegen
register-lead = Ihre Bestellungen und Tickets an einem Ort. Keine Werbung.
register-button = Konto anlegen
register-known = Schon ein Konto?
verify-title = Ihre Adresse
verify-lead = Ein Klick, und wir wissen, dass diese Adresse Ihre ist.
verify-button = Adresse bestätigen
verify-done = Ihre Adresse ist bestätigt.
reset-title = Neues Passwort
reset-ask = Wir senden Ihnen einen Link, der eine Stunde gilt.
reset-ask-button = Link senden
reset-choose = Mindestens 10 Zeichen; ein paar Wörter hintereinander sind sehr gut. Ihre offenen Anmeldungen werden beendet.
reset-choose-button = Passwort ändern
reset-done = Ihr Passwort ist geändert. Alle Anmeldungen sind beendet.
link-asked = Gibt es ein Konto mit dieser Adresse, ist ein Link unterwegs. Sehen Sie in Ihr Postfach.
error-account-name = Schreiben Sie einen Namen mit höchstens 100 Buchstaben.
error-password = Es braucht 10 bis 256 Zeichen. Es wurde nichts geändert.
problem-credentials = Adresse oder Passwort stimmt nicht. Versuchen Sie es noch einmal, oder fordern Sie ein neues Passwort an.
problem-known-address = Mit dieser Adresse gibt es schon ein Konto. Melden Sie sich an, oder fordern Sie ein neues Passwort an.
problem-link = Dieser Link wurde schon benutzt, oder seine Zeit ist um. Es wurde nichts geändert. Fordern Sie einen neuen an.
problem-only-owner = Sie sind der einzige Inhaber eines Veranstalters. Ernennen Sie zuerst jemand anderen; es wurde nichts gelöscht.
done-profile = Gespeichert.
done-password = Ihr Passwort ist geändert. Alle anderen Anmeldungen sind beendet.
done-check = Der Link ist unterwegs. Sehen Sie in Ihr Postfach.
done-session = Diese Anmeldung ist beendet.
done-sessions = Alle anderen Anmeldungen sind beendet.
second-title = Anmeldung in zwei Schritten
second-why = Nach dem Passwort ein Code von Ihrem Telefon. Zu empfehlen, wenn Sie Veranstaltungen leiten.
second-begin = Einschalten
second-see = Verwalten
second-badge = Eingeschaltet
second-lead = Lesen Sie dieses Bild mit einer Code-App (Aegis, 2FAS, Google Authenticator …), und geben Sie den Code ein, den sie zeigt.
second-secret = Ohne Kamera tippen Sie diesen Schlüssel in die App:
second-code-app = Sechsstelliger Code
second-code = Code der App oder Notfallcode
second-on = Zweiten Schritt einschalten
second-off = Zweiten Schritt ausschalten
second-is-on = Der zweite Schritt ist eingeschaltet.
second-paper = Das sind Ihre Notfallcodes für den Tag, an dem das Telefon fehlt. Jeder gilt einmal. Drucken Sie sie aus, oder schreiben Sie sie ab: Sie werden nicht mehr gezeigt.
second-paper-new = Neue Notfallcodes
second-ask = Öffnen Sie Ihre Code-App, und geben Sie ein, was sie zeigt. Ohne Telefon geht auch ein Notfallcode.
problem-step-over = Das hat zu lange gedauert. Melden Sie sich noch einmal an.
problem-code = Dieser Code ist nicht der jetzige, oder er wurde schon benutzt. Warten Sie auf den nächsten.
passkey = Passkey
passkeys-title = Passkeys
passkeys-why = Mit Finger, Gesicht oder der PIN Ihres Geräts anmelden, ohne Passwort. Der Schlüssel bleibt auf dem Gerät und steht für beide Schritte.
passkey-log-in = Mit Passkey anmelden
passkey-add = Passkey hinzufügen
passkey-name = Name des Passkeys
passkey-name-help = Damit Sie ihn wiedererkennen: „Camilles Telefon“, „Büroschlüssel“.
passkey-rename = Umbenennen
passkey-remove = Entfernen
passkey-remove-named = { $name } entfernen
passkey-since = Hinzugefügt am { $when }
passkey-used = Zuletzt angemeldet am { $when }
passkey-script = Zum Hinzufügen erlauben Sie bitte JavaScript in Ihrem Browser.
passkey-failed = Es ist nichts geschehen: Das Gerät hat keinen Passkey für diese Seite, oder die Frage wurde geschlossen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
problem-passkey = Dieser Passkey öffnet hier kein Konto. Melden Sie sich mit Passwort oder per E-Mail an und fügen Sie ihn dann in Ihrem Konto hinzu.
problem-passkey-over = Das hat zu lange gedauert, es wurde nichts hinzugefügt. Beginnen Sie noch einmal.
problem-passkey-new = Das Gerät gab keinen Passkey, den wir aufbewahren können. Es wurde nichts hinzugefügt; versuchen Sie ein anderes Gerät.
problem-passkey-many = Sie haben schon zwanzig Passkeys. Entfernen Sie zuerst einen.
done-passkey = Ihr Passkey ist hinzugefügt.
done-passkey-gone = Dieser Passkey öffnet Ihr Konto nicht mehr. Löschen Sie ihn auch auf dem Gerät.
elsewhere-go = Weiter mit { $provider }
elsewhere-title = Anmelden mit einem anderen Konto
elsewhere-why = Ein Konto, das Sie anderswo schon haben, kann dieses öffnen. Wir erhalten davon nur Ihren Namen und Ihre Adresse.
elsewhere-since = Verknüpft am { $when }
elsewhere-part = Trennen
elsewhere-part-named = { $provider } trennen
joined-title = Anmelden mit { $provider }
joined-join = { $provider } mit Ihrem Konto { $account } verknüpfen? Dann können Sie sich so anmelden.
joined-join-button = { $provider } verknüpfen
joined-not = Nicht verknüpfen
joined-make = { $provider } bestätigt, dass Sie { $email } sind. Unter dieser Adresse gibt es noch kein Konto; möchten Sie eines anlegen?
joined-log-in = Es gibt schon ein Konto mit der Adresse { $email }. Um { $provider } damit zu verknüpfen, melden Sie sich einmal wie gewohnt an: So kommt niemand anderes hinein.
joined-no-email = { $provider } hat uns keine E-Mail-Adresse genannt. Legen Sie ein Konto an oder melden Sie sich an; danach können Sie es verknüpfen.
done-joined = Die beiden Konten sind verknüpft.
done-parted = Jenes Konto öffnet Ihres nicht mehr.
problem-oidc-declined = { $provider } hat die Anmeldung nicht bestätigt. Versuchen Sie es noch einmal, oder melden Sie sich anders an.
problem-oidc-away = { $provider } antwortet gerade nicht, wie es soll. Versuchen Sie es später noch einmal, oder melden Sie sich anders an.
problem-oidc-refused = Die Antwort von { $provider } ist nicht in Ordnung, niemand wurde angemeldet. Beginnen Sie noch einmal.
problem-oidc-joined = Jenes Konto ist hier schon mit einem anderen Konto verknüpft. Es wurde nichts geändert.
invitation-title = Einladung in ein Team
invitation-lead = { $organizer } lädt Sie ins Team ein, mit der Rolle „{ $role }“. { $means }
invitation-join = Dem Team beitreten
invitation-known = Ihre Adresse hat schon ein Konto. Melden Sie sich an und nehmen Sie dann die Einladung an.
invitation-another = Diese Einladung ist für eine andere Adresse als die Ihres Kontos. Melden Sie sich ab und öffnen Sie den Link noch einmal.
invitation-over = Bitten Sie die Person, die sie geschickt hat, um eine neue Einladung.
problem-invitation = Diese Einladung wurde schon benutzt oder zurückgezogen, oder ihre Zeit ist um.
sessions-title = Anmeldungen
session-this = Dieses Gerät
session-since = Seit { $when }
session-end = Beenden
sessions-end-others = Alle anderen beenden
session-browser = Browser
session-program = Programm
data-title = Ihre Daten
data-lead = Alles, was wir von Ihnen aufbewahren, in einer Datei, die Programme lesen können.
data-export = Meine Daten herunterladen
erase-title = Mein Konto löschen
erase-what = Ihr Name, Ihre Adresse, Ihr Passwort, Ihre Anmeldungen und Ihre Rechte bei Veranstaltern werden sofort gelöscht. Niemand kann das rückgängig machen.
erase-kept = Das Gesetz lässt uns bezahlte Bestellungen zehn Jahre aufbewahren, mit Namen und Adresse vom Kauf (französisches Handelsgesetzbuch, Artikel L123-22).
erase-tickets = Ihre Tickets gelten weiter: Sie öffnen sich über den Link in der E-Mail.
erase-button = Endgültig löschen
erase-no-password = Um sicher zu sein, dass Sie es sind, fragen wir nach Ihrem Passwort. Dieses Konto hat keines: Wählen Sie zuerst eines.
erase-back = Mein Konto behalten
erased-title = Ihr Konto ist gelöscht
erased-text = Ihre Tickets gelten weiter über den Link in der E-Mail. Auf Wiedersehen und danke.
orders-title = Bestellungen und Tickets
orders-none = Noch nichts. Was Sie angemeldet kaufen, kommt auf diese Seite.
orders-take = Zu meinem Konto hinzufügen
orders-unverified = Bestätigen Sie Ihre Adresse, um hier zu finden, was Sie ohne Konto gekauft hatten. Der Link ist in Ihrem Postfach.
orders-refunded = Erstattet
orders-more = Ältere Bestellungen
order-keep = Zu meinem Konto hinzufügen
order-keep-login = Anmelden, um diese Bestellung im Konto aufzubewahren

problem-tries = { $count ->
    [one] Zu viele Versuche für dieses Konto. Versuchen Sie es in { $count } Sekunde noch einmal.
   *[other] Zu viele Versuche für dieses Konto. Versuchen Sie es in { $count } Sekunden noch einmal.
}
second-left = { $count ->
    [one] Es ist noch { $count } Notfallcode übrig.
   *[other] Es sind noch { $count } Notfallcodes übrig.
}
fields-count = { $count ->
    [one] { $count } Feld ist zu berichtigen. Es wurde nichts gespeichert.
   *[other] { $count } Felder sind zu berichtigen. Es wurde nichts gespeichert.
}
orders-found = { $count ->
    [one] { $count } Bestellung wurde mit Ihrer Adresse ohne Konto aufgegeben.
   *[other] { $count } Bestellungen wurden mit Ihrer Adresse ohne Konto aufgegeben.
}
