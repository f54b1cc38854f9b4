# La liste d’attente, et ce qu’on fait d’un billet après l’achat. Espaces insécables (U+00A0) devant : ; ? !.

line-title = Liste d’attente
line-out = Complet. Inscrivez-vous en liste d’attente : des places reviennent, et elles sont gardées pour qui attend.
line-lead = Quand des places reviennent, elles sont gardées pour vous quelques heures et un e-mail vous le dit, dans l’ordre des inscriptions. Rien à payer d’ici là.
line-type = Tarif
line-consent = J’accepte de recevoir un e-mail quand des places reviennent. Mon adresse ne sert qu’à cela.
line-join = M’inscrire en liste d’attente
line-wrong-type = Choisissez un tarif complet.
line-wrong-consent = Cochez cette case : sans e-mail, nous ne pouvons pas vous prévenir.
line-wrong-places = { $count ->
    [one] Au plus { $count } place à ce tarif.
   *[other] De 1 à { $count } places à ce tarif.
}
line-wrong-least = { $count ->
    [one] Au moins { $count } place à ce tarif.
   *[other] Au moins { $count } places à ce tarif.
}
line-errors = { $count ->
    [one] { $count } champ à corriger. Vous n’êtes pas encore inscrit.
   *[other] { $count } champs à corriger. Vous n’êtes pas encore inscrit.
}
line-full = Cette liste d’attente est pleine. Vous n’êtes pas inscrit. Repassez voir la page de l’événement.
line-asked-title = Regardez vos e-mails
line-asked-text = Un lien vous attend dans votre boîte. Votre tour compte à partir du moment où vous l’ouvrez et confirmez.
line-confirm-title = Confirmer votre inscription
line-confirm-text = Dernier geste : votre place dans la file compte à partir de maintenant.
line-confirm = Confirmer
line-in-title = Vous êtes en liste d’attente
line-in-text = { $count ->
    [0] Vous êtes en tête de la file. Dès que des places reviennent, un e-mail vous le dit. Qui demande moins de places peut être servi avant vous.
    [one] { $count } personne avant vous. Dès que c’est votre tour, un e-mail vous le dit. Qui demande moins de places peut être servi avant vous.
   *[other] { $count } personnes avant vous. Dès que c’est votre tour, un e-mail vous le dit. Qui demande moins de places peut être servi avant vous.
}
line-offer-title = C’est votre tour
line-offer-text = Vos places sont gardées jusqu’au { $until }. Ensuite, elles iront à la personne suivante.
line-take = Prendre mes places
line-taken-title = Vous avez pris vos places
line-taken-text = Vos billets sont dans l’e-mail de votre commande.
line-missed-title = Votre tour est passé
line-missed-text = Les places gardées pour vous n’ont pas été prises à temps. Rien n’a été débité. Vous pouvez vous inscrire de nouveau.
line-left-title = Vous avez quitté la liste
line-left-text = Vous ne recevrez plus d’e-mail pour ces places.
line-leave = Quitter la liste d’attente
line-leave-title = Quitter la liste d’attente
line-leave-text = Votre tour sera perdu, et des places gardées pour vous iront à la personne suivante.

mail-wait-subject = Confirmez votre inscription en liste d’attente : { $title }
mail-wait-text = Vous voulez { $places } pour { $title }, qui est complet. Confirmez votre adresse : votre tour compte à partir de ce moment. Un e-mail vous préviendra dès que des places vous sont gardées.
mail-wait-not-you = Si ce n’était pas vous, ne faites rien : aucun autre e-mail ne suivra.
mail-wait-do = Confirmer mon inscription
mail-wait-leave = Quitter la liste d’attente
mail-why-wait = Vous recevez cet e-mail parce que cette adresse a été inscrite en liste d’attente.
mail-offer-subject = C’est votre tour : des places pour { $title }
mail-offer-text = Nous gardons { $places } pour vous, pour { $title }, jusqu’au { $until }. D’ici là, personne d’autre ne peut en disposer.
mail-offer-next = Passé ce délai, c’est le tour de la personne suivante, et rien ne vous sera débité.
mail-offer-until = Jusqu’au
mail-offer-do = Prendre mes places

office-line = Liste d’attente
office-line-of = Liste d’attente, { $title }
office-line-means = Quand des places reviennent, elles sont proposées dans l’ordre des inscriptions, et gardées le temps que vous fixez dans les conditions.
office-line-nobody = Personne n’attend pour l’instant.
office-line-people = Personnes
office-line-places = Places voulues
office-line-oldest = Première inscription
office-line-offers = Offres en cours
office-line-until = Jusqu’au
office-line-taken = Acceptées
office-terms = Conditions
office-terms-of = Conditions, { $title }
office-terms-saved = Conditions enregistrées.
office-terms-line = Quand un tarif est complet
office-terms-line-open = On peut s’inscrire en liste d’attente
office-terms-line-closed = Pas de liste d’attente
office-terms-line-help = Qui attend déjà garde son tour.
office-terms-offer = Une offre dure
office-terms-offer-help = Ensuite, les places vont à la personne suivante.
office-hours = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}

after-open = Rembourser ou modifier mes billets
after-title = Mes billets
after-name = Prénom et nom sur le billet
after-rename = Changer le nom
after-rename-do = Enregistrer ce nom
after-rename-done = Le nom est changé. Le contrôle à l’entrée le connaît.
after-refund = Remboursement
after-refund-pick = Rendre ce billet
after-refund-see = Voir mon remboursement
after-refund-fee = { $fee } sont retenus par billet.
after-refund-none = Cochez au moins un billet à rendre. Rien n’a été remboursé.
after-refund-reason = À la demande de l’acheteur, selon les conditions de l’événement
after-refund-done = C’est remboursé. La somme arrive sous quelques jours sur le moyen de paiement utilisé.
after-refund-pending = Le remboursement est demandé. La banque n’a pas encore répondu : un e-mail vous dira quand c’est fait.
after-refund-refused = La banque refuse ce remboursement. Vos billets restent valables. Écrivez à l’organisateur.
after-sure-title = Rendre ces billets
after-sure-text = { $back } vous seront rendus. Ces billets n’ouvriront plus l’entrée, et leurs places repartent en vente.
after-sure-nothing = Aucune somme ne vous sera rendue. Ces billets n’ouvriront plus l’entrée, et leurs places repartent en vente.
after-sure-fee = { $fee } sont retenus, selon les conditions de l’événement.
after-sure-do = Rendre ces billets
after-sure-keep = Garder mes billets
after-no-cancelled = L’événement est annulé, et l’organisateur rembourse selon ses conditions. Un e-mail vous le dira.
after-no-ended = Ce billet n’ouvre plus l’entrée, il n’y a plus rien à en faire.
after-no-under-way = Son remboursement est en cours. Un e-mail vous dira quand c’est fait.
after-no-entered = Ce billet a déjà servi à l’entrée.
after-no-refund = L’organisateur ne le permet pas pour cet événement. Écrivez-lui si vous ne pouvez pas venir.
after-no-rename = L’organisateur ne le permet pas pour cet événement. Écrivez-lui.
after-no-late = C’était possible jusqu’au { $until }. Écrivez à l’organisateur.
ended-title = Billets annulés
ended-text = Ces billets ne font plus entrer.

office-terms-after = Après l’achat
office-terms-never = Jamais
office-terms-doors = Jusqu’à l’ouverture des portes
office-terms-hours = { $count ->
    [one] Jusqu’à { $count } heure avant les portes
   *[other] Jusqu’à { $count } heures avant les portes
}
office-terms-days = { $count ->
    [one] Jusqu’à { $count } jour avant les portes
   *[other] Jusqu’à { $count } jours avant les portes
}
office-terms-refund = L’acheteur peut se faire rembourser
office-terms-refund-help = Par lui-même, sur la page de sa commande. Vous pouvez toujours rembourser vous-même.
office-terms-fee = Frais retenus par billet
office-terms-fee-help = 0 pour tout rendre.
office-terms-rename = L’acheteur peut changer le nom d’un billet
office-terms-rename-help = La recherche par nom à l’entrée suit.

after-transfer = Transférer à quelqu’un
after-transfer-means = Votre billet est annulé, et cette personne en reçoit un nouveau par e-mail, pour la même place. Un remboursement vous reviendrait, et annulerait son billet.
after-transfer-do = Transférer ce billet
after-transfer-done = Le billet est transféré. Son e-mail est parti, et le vôtre n’ouvre plus l’entrée.
after-friend-name = Son prénom et son nom
after-friend-email = Son adresse e-mail
after-given-title = Vos billets sont transférés
after-given = Billet transféré à { $friend } : { $ticket }
after-no-transfer = L’organisateur ne le permet pas pour cet événement. Écrivez-lui.
after-no-gift = Ce billet vous a été transféré. Seule la personne qui l’a payé peut être remboursée : voyez avec elle.
mail-gift-subject = { $giver } vous transfère un billet pour { $title }
mail-gift-text = { $giver } vous transfère un billet pour { $title }. Il est à votre nom : l’ancien n’ouvre plus l’entrée.
mail-why-gift = Vous recevez cet e-mail parce que { $giver } a donné votre adresse pour vous transférer un billet.
mail-given-subject = Billet transféré pour { $title }
mail-given-text = Votre billet { $ticket } de la commande { $code } pour { $title } est maintenant à { $friend }. L’ancien n’ouvre plus l’entrée.
mail-given-not-you = Si ce n’était pas vous, écrivez tout de suite à l’organisateur avec votre numéro de commande.
office-terms-transfer = L’acheteur peut transférer un billet
office-terms-transfer-help = L’ancien billet est annulé, l’autre personne en reçoit un nouveau.
