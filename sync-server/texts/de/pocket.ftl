# Tickets, die auf dem Gerät bleiben.

pocket-title = Meine Tickets auf diesem Gerät
pocket-lead = Einmal hier geöffnet, erscheinen Ihre Tickets auch ohne Netz.
pocket-empty = Noch kein Ticket hier. Öffnen Sie den Link in Ihrer Bestätigungsmail: Die Tickets bleiben auf diesem Gerät.
pocket-instead = Kein Netz, und diese Seite ist nicht auf diesem Gerät. Ein Ticket, dessen Code alle 15 Sekunden wechselt, braucht immer ein Netz: Suchen Sie das WLAN, oder nennen Sie am Empfang Ihren Namen.
pocket-install = Zum Startbildschirm hinzufügen
ticket-kept = Dieses Ticket öffnet sich auf diesem Gerät auch ohne Netz.
pocket-description = Ihre Tickets, auch ohne Netz.

wallet-apple = Zu Apple Wallet hinzufügen
wallet-google = Zu Google Wallet hinzufügen
wallet-event = Veranstaltung
wallet-doors = Einlass
wallet-starts = Beginn
wallet-place = Ort
wallet-type = Preisgruppe
wallet-holder = Name
wallet-number = Nummer
wallet-order = Bestellung

text-me = Link per SMS erhalten
text-me-help = Für diesen Link und eine Erinnerung am Tag davor, für nichts anderes. Beginnen Sie mit + und der Landesvorwahl.
text-me-send = Per SMS senden
text-me-sent = SMS an die Nummer mit der Endung { $digits } gesendet.
text-me-wrong = Das ist keine Mobilnummer. Beginnen Sie mit + und der Landesvorwahl.
text-me-too-often = Für diese Bestellung wurden drei SMS gesendet. Auch der Link in Ihrer E-Mail öffnet die Tickets.
