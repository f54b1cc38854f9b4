# La billetterie. Espaces insécables (U+00A0) devant : ; ? !, dans les montants et les heures.

home-link = accueil
log-in = Se connecter
log-out = Se déconnecter
languages = Langues
developers = Développeurs
developers-title = L’API
developers-lead = Décrite en entier, pour les programmes :
back-home = Retour à l’affiche

home-title = À l’affiche
home-description = Concerts, théâtre, sport, expositions : vos billets en trois gestes, frais compris.
search = Chercher
search-words = Artiste, salle, équipe
search-city = Ville
search-date = À partir du
search-category = Genre
search-any = Tous les genres
search-wrong = Cette recherche n’a pas été comprise : vérifiez la date. Voici tout ce qui vient.
when = Quand
when-any = Toutes les dates
when-tonight = Ce soir
when-week = Sept jours
when-weekend = Week-end
home-next = Prochainement
home-found = Trouvé
home-none = Aucun événement pour l’instant.
home-none-found = Rien ne correspond à cette recherche.
home-all = Tout afficher
home-more = Voir la suite
book-from = Réserver dès { $price }
book-free = Réserver, c’est gratuit
see-event = Voir l’événement
from-price = dès { $price }
free = Gratuit
fees-included = Frais compris.
category-concert = Concert
category-theatre = Théâtre
category-sport = Sport
category-expo = Exposition
category-club = Club
category-musique = Musique
category-humour = Humour

event-description = { $title }, { $when }, { $place }. Billets frais compris.
event-date = Date
event-place = Lieu
event-times = Portes { $doors }, début { $starts }
event-starts = Début { $starts }
event-map = Plan
event-organizer = Organisé par { $name }
event-test = Événement d’essai : ces billets ne font entrer nulle part.
choose-title = Vos places
choose-places = Nombre de places
choose-fewer = Une place de moins
choose-more = Une place de plus
rate-price = Frais compris
rate-vat = Frais compris, dont { $vat } de TVA ({ $rate } %)
rate-out = Complet
rate-later = En vente à partir du { $date }
rate-over = Vente terminée
reserve = Réserver
your-choice = Votre choix
event-cancelled = Cet événement est annulé. Les billets ne sont plus vendus ; les acheteurs sont prévenus par e-mail.
event-over = Cet événement est passé.
event-nothing = Aucune place n’est en vente pour l’instant.
event-all-out = Complet. Des places reviennent quand un panier n’est pas payé : repassez dans quelques minutes.
problem-sold-out = Il ne reste pas assez de places à ce tarif. Rien n’a été réservé. Prenez-en moins, ou choisissez un autre tarif.
problem-not-on-sale = Ce tarif n’est pas en vente en ce moment. Rien n’a été réservé. Choisissez-en un autre.
problem-choose = Choisissez un tarif et un nombre de places. Rien n’a été réservé.

queue-title = Salle d’attente
queue-text = Beaucoup de monde réserve en ce moment. Votre place dans la file est gardée. Laissez cette page ouverte : elle se recharge seule.
queue-ahead = { $count ->
    [one] { $count } personne avant vous
   *[other] { $count } personnes avant vous
}
queue-soon = Moins d’une minute
queue-minutes = Environ { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
queue-turn-title = C’est votre tour
queue-turn-text = Réservez maintenant : vos places sont gardées dès que vous appuyez.
queue-closed-title = Plus rien à réserver
queue-back = Retour à l’événement

pay-title = Paiement
pay-back = Rendre ces places et revenir
hold-until = Vos places sont gardées jusqu’à { $time }
pay-total = Total, frais compris
pay-vat = dont TVA
pay-email = E-mail, pour recevoir les billets
pay-name = Prénom et nom
pay-remind = Me rappeler ces places par e-mail si je ne termine pas : trois messages au plus.
pay-means = Payer avec
means-accept = Carte d’essai, acceptée
means-decline = Carte d’essai, refusée
means-delay = Carte d’essai, lente
means-card = Carte bancaire, sur la page sécurisée de Stripe
means-test = Serveur d’essai : aucun argent n’est débité.
pay-button = Payer { $amount }
pay-free-button = Confirmer, gratuit
error-email = Écrivez une adresse comme camille@example.org.
error-name = Écrivez un nom, en 200 lettres au plus.
problem-declined = La banque a refusé. Rien n’a été débité. Essayez une autre carte : vos places restent gardées.
problem-means = Ce moyen de paiement n’existe pas ici. Rien n’a été débité. Choisissez-en un autre.
problem-no-paying = Le paiement n’est pas possible en ce moment et rien n’a été débité. Réessayez dans un instant : vos places restent gardées jusqu’à la fin du délai.
problem-too-many = Trop d’essais de paiement. Rien n’a été débité. Attendez une minute : vos places restent gardées.

expired-title = Vos places ont été rendues
expired-text = Le temps pour payer est écoulé. Rien n’a été débité. Vous pouvez reprendre des places s’il en reste.
take-again = Reprendre des places
cancelled-title = Commande abandonnée
cancelled-text = Ces places ont été rendues. Rien n’a été débité.
returned-title = Paiement arrivé trop tard
returned-text = Les places étaient déjà reparties. Vous n’avez pas de billet, et tout l’argent vous est rendu.
unsure-title = La banque ne répond pas
unsure-text = Nous ne savons pas encore si le paiement est passé. Ne payez pas une seconde fois : regardez votre commande dans un instant.
see-order = Voir ma commande
refunded-title = Commande remboursée
refunded-text = { $amount } vous ont été rendus. Ces billets ne font plus entrer.
pending-title = Paiement en cours
pending-text = La banque n’a pas encore répondu. Cette page se recharge seule. Vos places restent gardées jusqu’à { $time }.
pay-otherwise = Payer autrement
waiting-title = Paiement reçu
waiting-text = Vos billets se préparent, quelques secondes en général. Cette page se recharge seule ; ils partent aussi par e-mail.
done-title = C’est réservé
done-for = pour { $title }, { $when }, { $place }.
see-tickets = Voir mes billets
your-tickets = Vos billets
sent-to = Envoyés à
order-code = Commande
paid = Payé
refunded = Rendu
ticket-of = Billet { $no } sur { $count }
ticket-title = Billet
ticket-qr = QR code du billet { $code }
ticket-doors = Portes
ticket-price = Prix
ticket-number = Billet
ticket-code = Code
ticket-bright = Montez la luminosité de l’écran à l’entrée.
ticket-previous = Billet précédent
ticket-next = Billet suivant
ticket-back = Retour à la commande
ticket-rotating = Ce code change toutes les 15 secondes : une capture d’écran ne fait pas entrer. Gardez cette page ouverte, elle se recharge seule.
ticket-refunded = Ce billet est remboursé : il ne fait plus entrer.
ticket-cancelled = Ce billet est annulé : il ne fait plus entrer.
ticket-blocked = Ce billet est bloqué. Écrivez à l’organisateur avant de venir.

stop-title = Arrêter les rappels
stop-text = { $address } ne recevra plus de rappel d’une commande inachevée. Les billets et les changements d’un événement arrivent toujours.
stop-done = C’est fait : { $address } ne reçoit plus de rappels.
stop-button = Ne plus recevoir de rappels

rate-left = { $count ->
    [one] { $count } restante
   *[other] { $count } restantes
}
sum-places = { $count ->
    [one] { $count } place, frais compris
   *[other] { $count } places, frais compris
}
places-count = { $count ->
    [one] { $count } place
   *[other] { $count } places
}
problem-over-limit = { $count ->
    [one] { $count } place au plus par commande à ce tarif. Rien n’a été réservé.
   *[other] { $count } places au plus par commande à ce tarif. Rien n’a été réservé.
}
errors-count = { $count ->
    [one] { $count } champ à corriger. Rien n’a été débité.
   *[other] { $count } champs à corriger. Rien n’a été débité.
}
hold-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
