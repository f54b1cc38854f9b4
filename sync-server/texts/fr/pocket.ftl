# Les billets gardés sur l’appareil.

pocket-title = Mes billets sur cet appareil
pocket-lead = Ouverts une fois ici, vos billets s’affichent aussi sans réseau.
pocket-empty = Aucun billet ici pour l’instant. Ouvrez le lien de votre e-mail de confirmation : ses billets restent sur cet appareil.
pocket-instead = Pas de réseau, et cette page n’est pas sur cet appareil. Un billet dont le code change toutes les 15 secondes a toujours besoin du réseau : rapprochez-vous du Wi-Fi, ou donnez votre nom à l’accueil.
pocket-install = Ajouter à l’écran d’accueil
ticket-kept = Ce billet s’ouvre aussi sans réseau, sur cet appareil.
pocket-description = Vos billets, aussi sans réseau.
