# Le compte. Espaces insécables (U+00A0) devant : ; ? !, comme dans store.ftl.

account = Mon compte
account-you = Vous
account-unverified = Cette adresse n’est pas encore confirmée. Le lien est dans votre courrier.
account-send-check = Renvoyer le lien
account-language = Langue des pages et des e-mails
save = Enregistrer
email = Adresse e-mail
password = Mot de passe
password-help = 10 caractères au moins ; quelques mots à la suite font très bien l’affaire.
password-new = Nouveau mot de passe
password-current = Mot de passe actuel
password-change = Changer le mot de passe
password-none = Votre compte n’a pas de mot de passe. Vous pouvez en choisir un par e-mail.
password-choose = Choisir un mot de passe
login-title = Se connecter
login-forgot = Mot de passe oublié
login-new = Pas encore de compte ? Il n’en faut pas pour acheter ; il garde vos billets au même endroit.
link-by-mail = Recevoir un lien par e-mail
link-title = Connexion par e-mail
link-ask = Sans mot de passe : nous vous envoyons un lien, valable 15 minutes.
link-ask-button = Recevoir le lien
link-lead = Vous allez vous connecter avec l’adresse { $email }.
register-title = Créer un compte
register-lead = Vos commandes et vos billets au même endroit. Pas de publicité.
register-button = Créer mon compte
register-known = Déjà un compte ?
verify-title = Votre adresse
verify-lead = Un clic, et nous savons que cette adresse est la vôtre.
verify-button = Confirmer mon adresse
verify-done = Votre adresse est confirmée.
reset-title = Nouveau mot de passe
reset-ask = Nous vous envoyons un lien, valable une heure.
reset-ask-button = Recevoir le lien
reset-choose = 10 caractères au moins ; quelques mots à la suite font très bien l’affaire. Vos connexions ouvertes se fermeront.
reset-choose-button = Changer le mot de passe
reset-done = Votre mot de passe est changé. Toutes les connexions sont fermées.
link-asked = Si un compte existe avec cette adresse, un lien vient de partir. Regardez votre courrier.
error-account-name = Écrivez un nom, en 100 lettres au plus.
error-password = Il faut entre 10 et 256 caractères. Rien n’a été changé.
problem-credentials = L’adresse ou le mot de passe ne va pas. Réessayez, ou demandez un nouveau mot de passe.
problem-known-address = Un compte existe déjà avec cette adresse. Connectez-vous, ou demandez un nouveau mot de passe.
problem-link = Ce lien a déjà servi, ou son délai est passé. Rien n’a été changé. Demandez-en un nouveau.
problem-only-owner = Vous êtes seul propriétaire d’un organisateur. Nommez d’abord quelqu’un d’autre ; rien n’a été effacé.
done-profile = C’est enregistré.
done-password = Votre mot de passe est changé. Les autres connexions sont fermées.
done-check = Le lien est parti. Regardez votre courrier.
done-session = Cette connexion est fermée.
done-sessions = Les autres connexions sont fermées.
second-title = Connexion en deux étapes
second-why = Après le mot de passe, un code de votre téléphone. Conseillé à qui gère des événements.
second-begin = Activer
second-see = Gérer
second-badge = Activée
second-lead = Lisez cette image avec une application de codes (Aegis, 2FAS, Google Authenticator…), puis écrivez le code qu’elle montre.
second-secret = Sans appareil photo, tapez cette clé dans l’application :
second-code-app = Code à six chiffres
second-code = Code de l’application, ou code de secours
second-on = Activer la deuxième étape
second-off = Désactiver la deuxième étape
second-is-on = La deuxième étape est activée.
second-paper = Voici vos codes de secours, pour le jour où le téléphone manque. Chacun sert une fois. Imprimez-les ou recopiez-les : ils ne seront plus montrés.
second-paper-new = Nouveaux codes de secours
second-ask = Ouvrez votre application de codes et écrivez ce qu’elle montre. Sans téléphone, un code de secours convient aussi.
problem-step-over = Cela a pris trop de temps. Connectez-vous de nouveau.
problem-code = Ce code n’est pas celui du moment, ou il a déjà servi. Attendez le suivant.
passkey = Clé d’accès
passkeys-title = Clés d’accès
passkeys-why = Connectez-vous d’un doigt, d’un regard ou du code de votre appareil, sans mot de passe. La clé reste sur l’appareil ; elle tient lieu des deux étapes.
passkey-log-in = Se connecter avec une clé d’accès
passkey-add = Ajouter une clé d’accès
passkey-name = Nom de la clé
passkey-name-help = Pour la reconnaître : « Téléphone de Camille », « Clé du bureau ».
passkey-rename = Renommer
passkey-remove = Retirer
passkey-remove-named = Retirer { $name }
passkey-since = Ajoutée le { $when }
passkey-used = Dernière connexion le { $when }
passkey-script = Pour en ajouter une, autorisez JavaScript dans votre navigateur.
passkey-failed = Rien ne s’est passé : l’appareil n’a pas de clé pour ce site, ou la demande a été fermée. Réessayez, ou connectez-vous autrement.
problem-passkey = Cette clé d’accès n’ouvre aucun compte ici. Connectez-vous par mot de passe ou par e-mail, puis ajoutez-la dans votre compte.
problem-passkey-over = Cela a pris trop de temps, rien n’a été ajouté. Recommencez.
problem-passkey-new = L’appareil n’a pas donné de clé que nous puissions garder. Rien n’a été ajouté ; essayez avec un autre appareil.
problem-passkey-many = Vous avez déjà vingt clés d’accès. Retirez-en une d’abord.
done-passkey = Votre clé d’accès est ajoutée.
done-passkey-gone = Cette clé d’accès n’ouvre plus votre compte. Effacez-la aussi sur l’appareil.
elsewhere-go = Continuer avec { $provider }
elsewhere-title = Connexion par un autre compte
elsewhere-why = Un compte que vous avez déjà ailleurs peut ouvrir celui-ci. Nous n’en recevons que votre nom et votre adresse.
elsewhere-since = Relié le { $when }
elsewhere-part = Détacher
elsewhere-part-named = Détacher { $provider }
joined-title = Connexion avec { $provider }
joined-join = Relier { $provider } à votre compte { $account } ? Vous pourrez ensuite vous connecter ainsi.
joined-join-button = Relier { $provider }
joined-not = Ne pas relier
joined-make = { $provider } confirme que vous êtes { $email }. Il n’y a pas encore de compte à cette adresse ; voulez-vous en créer un ?
joined-log-in = Un compte existe déjà avec l’adresse { $email }. Pour y relier { $provider }, connectez-vous une fois comme d’habitude : ainsi, personne d’autre ne peut entrer chez vous.
joined-no-email = { $provider } ne nous a pas donné d’adresse e-mail. Créez un compte ou connectez-vous ; vous pourrez ensuite le relier.
done-joined = Les deux comptes sont reliés.
done-parted = Ce compte n’ouvre plus le vôtre.
problem-oidc-declined = { $provider } n’a pas confirmé la connexion. Réessayez, ou connectez-vous autrement.
problem-oidc-away = { $provider } ne répond pas comme il faut en ce moment. Réessayez plus tard, ou connectez-vous autrement.
problem-oidc-refused = La réponse de { $provider } n’est pas bonne, personne n’a été connecté. Recommencez.
problem-oidc-joined = Ce compte ailleurs est déjà relié à un autre compte ici. Rien n’a été changé.
invitation-title = Invitation dans une équipe
invitation-lead = { $organizer } vous invite dans son équipe, avec le rôle « { $role } ». { $means }
invitation-join = Rejoindre l’équipe
invitation-known = Votre adresse a déjà un compte. Connectez-vous, puis acceptez l’invitation.
invitation-another = Cette invitation est pour une autre adresse que celle de votre compte. Déconnectez-vous, puis ouvrez de nouveau le lien.
invitation-over = Demandez une nouvelle invitation à la personne qui vous l’a envoyée.
problem-invitation = Cette invitation a déjà servi, a été retirée, ou son délai est passé.
sessions-title = Connexions
session-this = Cet appareil
session-since = Depuis { $when }
session-end = Fermer
sessions-end-others = Fermer toutes les autres
session-browser = Navigateur
session-program = Programme
data-title = Vos données
data-lead = Tout ce que nous gardons de vous, dans un fichier lisible par les programmes.
data-export = Télécharger mes données
erase-title = Effacer mon compte
erase-what = Votre nom, votre adresse, votre mot de passe, vos connexions et vos droits chez les organisateurs sont effacés aussitôt. Personne ne peut revenir en arrière.
erase-kept = La loi nous fait garder vos commandes payées dix ans, avec le nom et l’adresse donnés à l’achat (code de commerce, article L123-22).
erase-tickets = Vos billets restent valables : ils s’ouvrent par le lien de l’e-mail.
erase-button = Effacer définitivement
erase-no-password = Pour être sûrs que c’est vous, nous demandons votre mot de passe. Ce compte n’en a pas : choisissez-en un d’abord.
erase-back = Garder mon compte
erased-title = Votre compte est effacé
erased-text = Vos billets restent valables par le lien de l’e-mail. Au revoir, et merci.
orders-title = Commandes et billets
orders-none = Rien ici pour l’instant. Ce que vous achetez une fois connecté arrive sur cette page.
orders-take = Les ajouter à mon compte
orders-unverified = Confirmez votre adresse pour retrouver ici ce que vous aviez acheté sans compte. Le lien est dans votre courrier.
orders-refunded = Remboursée
orders-more = Commandes plus anciennes
order-keep = Ajouter à mon compte
order-keep-login = Se connecter pour garder cette commande dans mon compte

problem-tries = { $count ->
    [one] Trop d’essais pour ce compte. Réessayez dans { $count } seconde.
   *[other] Trop d’essais pour ce compte. Réessayez dans { $count } secondes.
}
second-left = { $count ->
    [one] Il reste { $count } code de secours.
   *[other] Il reste { $count } codes de secours.
}
fields-count = { $count ->
    [one] { $count } champ à corriger. Rien n’a été enregistré.
   *[other] { $count } champs à corriger. Rien n’a été enregistré.
}
orders-found = { $count ->
    [one] { $count } commande a été faite sans compte avec votre adresse.
   *[other] { $count } commandes ont été faites sans compte avec votre adresse.
}
