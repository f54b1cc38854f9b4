# Un billet remis en vente par la liste d’attente. Espaces insécables (U+00A0) devant : ; ? !.

after-resale = Remettre en vente
after-resale-means = Votre billet est proposé à la liste d’attente, au prix que vous avez payé ou moins. Il reste valable tant que personne n’a reçu d’offre, puis il est bloqué le temps que cette personne réponde. Si elle paie, vous êtes remboursé ; sinon, il redevient valable.
after-resale-do = Mettre en vente
after-resale-done = Votre billet est en vente. Il reste valable tant que personne n’a reçu d’offre.
after-resale-open = En vente. Il reste valable tant que personne n’a reçu d’offre.
after-resale-offered = Proposé à quelqu’un jusqu’au { $until }. D’ici là, il n’ouvre pas l’entrée.
after-resale-stops = S’il n’est pas pris, il redevient valable et n’est plus en vente.
after-resale-back = Personne ne l’a pris. Il redevient valable dans un instant.
after-resale-sold = Revendu. Vous êtes remboursé, un e-mail vous le confirme.
after-resale-keep = Retirer de la vente
after-resale-kept = Votre billet n’est plus en vente.
after-resale-kept-later = Quelqu’un a reçu une offre pour ce billet. S’il n’est pas pris, il redevient valable et n’est plus en vente.
after-resale-late = Ce billet est déjà revendu, ou n’était plus en vente. Rien n’a changé.
after-no-on-sale = Ce billet est en vente. Retirez-le d’abord de la vente.
after-no-resale = L’organisateur ne le permet pas pour cet événement. Écrivez-lui si vous ne pouvez pas venir.
ticket-on-sale = En vente sur la liste d’attente. Il reste valable tant que personne n’a reçu d’offre.
ticket-offered = Ce billet est proposé à quelqu’un jusqu’au { $until }. S’il n’est pas pris, il redevient valable.
ticket-resold = Ce billet est revendu, et n’ouvre plus l’entrée.
resale-reason = Billet revendu par la liste d’attente
mail-resold-subject = Votre billet est revendu : { $title }
mail-resold-text = Votre billet { $ticket } de la commande { $code } pour { $title } est revendu. Il n’ouvre plus l’entrée.
mail-resold-back = { $amount } vous sont rendus sur le moyen de paiement utilisé. Un e-mail vous dira quand c’est fait.
office-terms-resale = L’acheteur peut remettre un billet en vente
office-terms-resale-help = Pour qui attend, au prix payé ou moins. Il est remboursé quand la place est payée.
