# Les e-mails. Espaces insécables (U+00A0) devant : ; ? !, dans les montants et les heures.

mail-hello = Bonjour { $name },
mail-date = Date
mail-place = Lieu
mail-doors = Portes
mail-order = Commande
mail-calendar = Date ajoutée en pièce jointe, pour votre agenda.
mail-ticket = Billet { $no }
mail-ticket-open = Ouvrir ce billet
mail-more-codes = Les autres codes sont dans le fichier PDF joint et sur la page de votre commande.
mail-rotating = Le code de ce billet change toutes les 15 secondes : ouvrez-le sur votre téléphone à l’entrée.
mail-file-tickets = billets
mail-file-calendar = agenda
mail-link-instead = Si le bouton ne s’ouvre pas, copiez cette adresse :
mail-why-buyer = Vous recevez cet e-mail parce que vous avez commandé des billets avec cette adresse.
mail-why-account = Vous recevez cet e-mail parce qu’un compte porte cette adresse.

mail-verify-subject = Confirmez votre adresse
mail-verify-text = Un compte Ticket Hub vient d’être créé avec cette adresse. Confirmez qu’elle est bien la vôtre ; le lien est valable 7 jours.
mail-verify-not-you = Si ce n’était pas vous, ne faites rien.
mail-verify-do = Confirmer mon adresse

mail-invitation-subject = { $organizer } vous invite dans son équipe
mail-invitation-text = { $inviter } vous invite à rejoindre l’équipe de { $organizer } sur Ticket Hub, avec le rôle « { $role } ». Le lien est valable 7 jours, une seule fois.
mail-invitation-not-you = Si vous ne connaissez pas cet organisateur, ne faites rien.
mail-invitation-do = Rejoindre l’équipe
mail-why-invitation = Vous recevez cet e-mail parce que { $organizer } a donné cette adresse pour vous inviter.

mail-reset-subject = Votre nouveau mot de passe
mail-reset-text = Un nouveau mot de passe a été demandé pour votre compte. Choisissez-le par ce lien, valable une heure, une seule fois.
mail-reset-not-you = Si ce n’était pas vous, ne faites rien : l’ancien reste valable.
mail-reset-do = Choisir un mot de passe

mail-login-subject = Votre lien de connexion
mail-login-text = Ce lien vous connecte à Ticket Hub, une seule fois, pendant 15 minutes.
mail-login-not-you = Si vous n’avez rien demandé, ne faites rien : personne n’entre sans ce lien.
mail-login-do = Me connecter

mail-tickets-subject = Vos billets pour { $title }
mail-tickets-text = { $places } pour { $title }, { $when }. Commande { $code }.
mail-tickets-show = À l’entrée, montrez le code sur votre téléphone ou sur papier. Une seule entrée par billet : ne le partagez pas.
mail-tickets-do = Voir mes billets
mail-tickets-print = Billets à imprimer (PDF)
mail-places = { $count ->
    [one] { $count } billet
   *[other] { $count } billets
}

mail-refund-subject = Remboursement de la commande { $code }
mail-refund-whole = Nous vous remboursons { $amount }, la totalité de la commande { $code }.
mail-refund-part = Nous vous remboursons { $amount }, une partie de la commande { $code }.
mail-refund-any = Nous vous remboursons { $amount } pour la commande { $code }.
mail-refund-after = La somme arrive sous quelques jours sur le moyen de paiement utilisé. Les billets remboursés n’ouvrent plus l’entrée.
mail-refund-do = Voir ma commande

mail-ended-subject = Billets annulés de la commande { $code }
mail-ended-text = Des billets de la commande { $code } ont été annulés, sans remboursement.
mail-ended-after = Les billets annulés n’ouvrent plus l’entrée.
mail-ended-do = Voir la commande

mail-changed-subject = Changement pour { $title }
mail-changed-text = L’organisateur a changé la date ou le lieu de { $title }. Vos billets restent valables : ceux-ci remplacent les anciens.
mail-changed-before = Avant
mail-changed-now = Maintenant
mail-changed-cannot = Si vous ne pouvez plus venir, écrivez à l’organisateur avant l’événement.

mail-cancelled-subject = { $title } est annulé
mail-cancelled-text = { $title }, { $when }, n’aura pas lieu. Les billets de la commande { $code } n’ouvrent plus l’entrée.
mail-cancelled-money = L’organisateur vous rembourse selon ses conditions ; un e-mail vous le dira. Gardez votre numéro de commande.

mail-reminder-subject = Demain : { $title }
mail-reminder-text = C’est bientôt : { $title }, { $when }. Vous avez { $places }.

mail-cart-subject-1 = Vos places pour { $title } vous attendent
mail-cart-subject-2 = Encore des places pour { $title }
mail-cart-subject-3 = Dernier rappel pour { $title }
mail-cart-text-1 = Vous aviez choisi des places pour { $title }, { $when }, sans finir votre commande. Rien n’a été débité, et vos places ont été rendues. Vous pouvez en reprendre s’il en reste.
mail-cart-text-2 = Il reste des places pour { $title }, { $when }. Reprenez votre commande où vous l’aviez laissée.
mail-cart-text-3 = { $title }, { $when } : c’est le dernier e-mail que nous vous envoyons pour cette commande.
mail-cart-do = Reprendre des places
mail-why-cart = Vous recevez ce rappel parce que vous l’avez demandé en réservant.
mail-stop = Ne plus recevoir de rappels

sms-tickets = Vos billets pour { $title }, le { $day } { $month }, portes à { $time } : { $link }
sms-reminder = C’est demain : { $title }, portes à { $time }. Vos billets : { $link }
