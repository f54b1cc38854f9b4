# Tickets, die auf dem Gerät bleiben.

pocket-title = Meine Tickets auf diesem Gerät
pocket-lead = Einmal hier geöffnet, erscheinen Ihre Tickets auch ohne Netz.
pocket-empty = Noch kein Ticket hier. Öffnen Sie den Link in Ihrer Bestätigungsmail: Die Tickets bleiben auf diesem Gerät.
pocket-instead = Kein Netz, und diese Seite ist nicht auf diesem Gerät. Ein Ticket, dessen Code alle 15 Sekunden wechselt, braucht immer ein Netz: Suchen Sie das WLAN, oder nennen Sie am Empfang Ihren Namen.
pocket-install = Zum Startbildschirm hinzufügen
ticket-kept = Dieses Ticket öffnet sich auf diesem Gerät auch ohne Netz.
pocket-description = Ihre Tickets, auch ohne Netz.
