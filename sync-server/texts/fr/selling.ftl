# Codes promo et ce qui va avec un tarif. Espaces insécables (U+00A0) comme dans store.ftl.

percent-of = { $rate } %
code-have = J’ai un code
code-label = Code
code-apply = Appliquer
code-remove = Retirer
code-applied = Code { $code } appliqué
code-takes = { $code } : { $off } de réduction.
code-for-types = Pour : { $types }.
code-from = À partir de { $least } de commande.
code-first-order = Pour une première commande.
code-deducted = code déduit
code-unknown = Ce code n’existe pas pour cet événement. Vérifiez-le, ou continuez sans code.
code-not-yet = Ce code sera valable à partir du { $date }. D’ici là, continuez sans code.
code-over = Ce code a pris fin. Continuez sans code, ou essayez-en un autre.
code-used-up = Ce code a été utilisé autant de fois que prévu. Continuez sans code, ou essayez-en un autre.
code-other-types = Ce code vaut pour d’autres tarifs. Choisissez-en un autre, ou continuez sans code.
code-below-minimum = Ce code vaut à partir de { $least } de commande. Ajoutez des places, ou continuez sans code.
code-used-before = Ce code a déjà servi pour cette personne. Retirez-le pour continuer.
code-not-first = Ce code vaut pour une première commande chez cet organisateur, et cette adresse a déjà commandé. Retirez-le pour continuer.
code-payment-begun = Un paiement est en cours pour ce prix : le code ne peut plus changer. Terminez le paiement, ou rendez ces places et recommencez.
full-price = Sans remise
discount-of = Remise { $code }

office-codes = Codes promo
office-no-codes = Aucun code promo pour l’instant.
office-code-new = Nouveau code
office-code = Code { $code }
office-code-make = Créer le code
office-code-all-events = Tous les événements
office-code-off = Réduction
office-code-terms = Conditions
office-code-orders = Commandes
office-code-since = À partir du { $date }
office-code-till = Jusqu’au { $date }
office-code-good = Valable
office-code-early = Pas encore
office-code-used-up = Épuisé
office-code-over = Terminé
office-code-help = Ce que les acheteurs écrivent, en majuscules ou non. Il peut aussi venir dans un lien : ajoutez « ?⁠code= » et le code à l’adresse de l’événement.
office-code-kind = Genre de réduction
office-code-percent = Pourcentage du prix
office-code-amount = Montant par commande
office-code-off-help = 10 pour 10 %, 5,00 pour un montant.
office-code-types = Tarifs concernés
office-code-types-help = Sans choix, il vaut pour tous.
office-code-minimum = Commande d’au moins
office-code-minimum-help = Prix de la commande avant réduction.
office-code-from = Valable à partir du
office-code-until = Valable jusqu’au
office-code-uses = Commandes en tout, au plus
office-code-uses-help = Un panier en compte une jusqu’à sa fin.
office-code-each = Commandes par personne, au plus
office-code-each-help = Par compte ou adresse e-mail.
office-code-first = Seulement pour une première commande chez vous
office-code-means = Une commande garde le prix auquel elle a été prise, même si le code change ou prend fin ensuite. Un remboursement ne rend pas l’utilisation.
office-code-taken = Commandes avec ce code : { $count }
office-code-end = Mettre fin au code
office-code-is-over = Ce code a pris fin. Créez-en un autre pour continuer.
office-wrong-code = Écrivez de 3 à 40 lettres, chiffres, tirets ou points.
office-wrong-code-used = Un autre code valable s’appelle déjà ainsi. Mettez-lui fin, ou choisissez un autre mot.
office-wrong-code-ended = Ce code a pris fin entre-temps. Créez-en un autre.
office-wrong-code-off = Écrivez un pourcentage jusqu’à 100, comme 10 ou 12,5, ou un montant comme 5,00.
office-wrong-code-minimum = Écrivez un montant comme 50,00, ou rien.
office-wrong-code-until = Écrivez une fin après le début, ou rien.
office-wrong-code-uses = Écrivez un nombre à partir de 1, ou rien.
office-wrong-code-taken = { $taken } commandes ont ce code : écrivez { $taken } ou plus.
office-wrong-code-types = Choisissez des tarifs de cet événement.

code-opens = Ce code ouvre : { $types }.
extras = Avec vos places
rate-group = { $price } la place dès { $from } places
problem-needs-other = Ce tarif se prend avec une place. Rien n’a été réservé. Choisissez aussi une place.
donation = Don
donation-label = Un don à l’organisateur, si vous le souhaitez
donation-add = Ajouter
donation-help = Sans billet et sans TVA. Il est rendu si l’organisateur rembourse toute la commande.
donation-wrong = Écrivez un montant comme 5,00, jusqu’à 10 000,00, ou rien.
office-type-least = Places par commande, au moins
office-type-group = Prix de groupe dès tant de places
office-type-each = Prix de la place en groupe
office-type-access = Code d’accès
office-type-access-help = Avec un code, ce tarif n’est ni montré ni vendu à qui ne l’écrit pas. Il peut venir dans un lien, par « ?⁠code= ».
office-type-needs = Seulement avec une autre place (programme, boisson). Un billet est émis : donnez-lui sa porte, sinon il fait entrer.
office-donation = Proposer un don au moment du paiement
office-wrong-least = Écrivez un nombre de 1 au maximum par commande.
office-wrong-group = Écrivez un nombre de 2 à 100 et le prix de la place, ou rien.
office-wrong-group-price = Écrivez un prix comme 15,00, avec le nombre de places.
office-wrong-access = Écrivez de 3 à 40 lettres, chiffres, tirets ou points, ou rien.
rate-least = { $count ->
    [one] { $count } place au moins
   *[other] { $count } places au moins
}
problem-under-limit = { $count ->
    [one] { $count } place au moins par commande à ce tarif. Rien n’a été réservé.
   *[other] { $count } places au moins par commande à ce tarif. Rien n’a été réservé.
}
