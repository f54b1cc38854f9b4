# Les billets gardés sur l’appareil.

pocket-title = Mes billets sur cet appareil
pocket-lead = Ouverts une fois ici, vos billets s’affichent aussi sans réseau.
pocket-empty = Aucun billet ici pour l’instant. Ouvrez le lien de votre e-mail de confirmation : ses billets restent sur cet appareil.
pocket-instead = Pas de réseau, et cette page n’est pas sur cet appareil. Un billet dont le code change toutes les 15 secondes a toujours besoin du réseau : rapprochez-vous du Wi-Fi, ou donnez votre nom à l’accueil.
pocket-install = Ajouter à l’écran d’accueil
ticket-kept = Ce billet s’ouvre aussi sans réseau, sur cet appareil.
pocket-description = Vos billets, aussi sans réseau.

wallet-apple = Ajouter à Apple Wallet
wallet-google = Ajouter à Google Wallet
wallet-event = Spectacle
wallet-doors = Portes
wallet-starts = Début
wallet-place = Lieu
wallet-type = Tarif
wallet-holder = Au nom de
wallet-number = Numéro
wallet-order = Commande

text-me = Recevoir le lien par SMS
text-me-help = Pour ce lien et un rappel la veille, rien d’autre. Hors de France, commencez par + et l’indicatif du pays.
text-me-send = Envoyer par SMS
text-me-sent = SMS envoyé au numéro terminé par { $digits }.
text-me-wrong = Ce n’est pas un numéro de mobile. Hors de France, commencez par + et l’indicatif du pays.
text-me-too-often = Trois SMS ont été envoyés pour cette commande. Le lien de votre e-mail ouvre aussi vos billets.
