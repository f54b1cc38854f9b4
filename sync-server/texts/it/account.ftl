# L’account.

account = Il mio account
account-you = Lei
account-unverified = Questo indirizzo non è ancora confermato. Il link è nella sua posta.
account-send-check = Invia di nuovo il link
account-language = Lingua delle pagine e delle e-mail
save = Salva
email = Indirizzo e-mail
password = Password
password-help = Almeno 10 caratteri; qualche parola di fila va benissimo.
password-new = Nuova password
password-current = Password attuale
password-change = Cambia la password
password-none = Il suo account non ha una password. Può sceglierne una per e-mail.
password-choose = Scegli una password
login-title = Accedi
login-forgot = Password dimenticata
login-new = Non ha ancora un account? Per comprare non serve; tiene i suoi biglietti in un solo posto.
link-by-mail = Ricevi un link per e-mail
link-title = Accesso per e-mail
link-ask = Senza password: le inviamo un link, valido 15 minuti.
link-ask-button = Ricevi il link
link-lead = Sta per accedere con l’indirizzo { $email }.
register-title = Crea un account
register-lead = I suoi ordini e biglietti in un solo posto. Niente pubblicità.
register-button = Crea il mio account
register-known = Ha già un account?
verify-title = Il suo indirizzo
verify-lead = Un clic, e sappiamo che questo indirizzo è il suo.
verify-button = Conferma il mio indirizzo
verify-done = Il suo indirizzo è confermato.
reset-title = Nuova password
reset-ask = Le inviamo un link, valido un’ora.
reset-ask-button = Ricevi il link
reset-choose = Almeno 10 caratteri; qualche parola di fila va benissimo. I suoi accessi aperti si chiuderanno.
reset-choose-button = Cambia la password
reset-done = La sua password è cambiata. Tutti gli accessi sono chiusi.
link-asked = Se esiste un account con questo indirizzo, un link è appena partito. Guardi la sua posta.
error-account-name = Scriva un nome di 100 lettere al massimo.
error-password = Servono da 10 a 256 caratteri. Nulla è stato cambiato.
problem-credentials = L’indirizzo o la password non è corretto. Riprovi o chieda una nuova password.
problem-known-address = Esiste già un account con questo indirizzo. Acceda o chieda una nuova password.
problem-link = Questo link è già stato usato o è scaduto. Nulla è stato cambiato. Ne chieda uno nuovo.
problem-only-owner = Lei è l’unico proprietario di un organizzatore. Nomini prima un’altra persona; nulla è stato cancellato.
done-profile = Salvato.
done-password = La sua password è cambiata. Gli altri accessi sono chiusi.
done-check = Il link è partito. Guardi la sua posta.
done-session = Quell’accesso è chiuso.
done-sessions = Gli altri accessi sono chiusi.
second-title = Accesso in due passaggi
second-why = Dopo la password, un codice dal suo telefono. Consigliato a chi gestisce eventi.
second-begin = Attiva
second-see = Gestisci
second-badge = Attivo
second-lead = Legga questa immagine con un’app di codici (Aegis, 2FAS, Google Authenticator…), poi scriva il codice che mostra.
second-secret = Senza fotocamera, digiti questa chiave nell’app:
second-code-app = Codice di sei cifre
second-code = Codice dell’app o codice di recupero
second-on = Attiva il secondo passaggio
second-off = Disattiva il secondo passaggio
second-is-on = Il secondo passaggio è attivo.
second-paper = Ecco i suoi codici di recupero, per il giorno in cui manca il telefono. Ognuno vale una volta. Li stampi o li copi: non saranno più mostrati.
second-paper-new = Nuovi codici di recupero
second-ask = Apra la sua app di codici e scriva ciò che mostra. Senza telefono va bene anche un codice di recupero.
problem-step-over = È passato troppo tempo. Acceda di nuovo.
problem-code = Questo codice non è quello attuale o è già stato usato. Aspetti il prossimo.
passkey = Passkey
passkeys-title = Passkey
passkeys-why = Acceda con il dito, il volto o il codice del suo dispositivo, senza password. La chiave resta sul dispositivo e vale per entrambi i passaggi.
passkey-log-in = Accedi con una passkey
passkey-add = Aggiungi una passkey
passkey-name = Nome della passkey
passkey-name-help = Per riconoscerla: «Telefono di Camille», «Chiave dell’ufficio».
passkey-rename = Rinomina
passkey-remove = Togli
passkey-remove-named = Togli { $name }
passkey-since = Aggiunta il { $when }
passkey-used = Ultimo accesso il { $when }
passkey-script = Per aggiungerne una, consenta JavaScript nel suo browser.
passkey-failed = Non è successo niente: il dispositivo non ha una passkey per questo sito, o la richiesta è stata chiusa. Riprovi, o acceda in un altro modo.
problem-passkey = Questa passkey non apre nessun account qui. Acceda con la password o per e-mail, poi la aggiunga nel suo account.
problem-passkey-over = Ci è voluto troppo tempo, niente è stato aggiunto. Ricominci.
problem-passkey-new = Il dispositivo non ha dato una passkey che possiamo conservare. Niente è stato aggiunto; provi con un altro dispositivo.
problem-passkey-many = Ha già venti passkey. Ne tolga prima una.
done-passkey = La sua passkey è aggiunta.
done-passkey-gone = Questa passkey non apre più il suo account. La cancelli anche sul dispositivo.
elsewhere-go = Continua con { $provider }
elsewhere-title = Accesso con un altro account
elsewhere-why = Un account che ha già altrove può aprire questo. Ne riceviamo solo il suo nome e il suo indirizzo.
elsewhere-since = Collegato il { $when }
elsewhere-part = Scollega
elsewhere-part-named = Scollega { $provider }
joined-title = Accesso con { $provider }
joined-join = Collegare { $provider } al suo account { $account }? Poi potrà accedere così.
joined-join-button = Collega { $provider }
joined-not = Non collegare
joined-make = { $provider } conferma che lei è { $email }. Con questo indirizzo non c’è ancora un account; vuole crearne uno?
joined-log-in = Esiste già un account con l’indirizzo { $email }. Per collegare { $provider }, acceda una volta come al solito: così nessun altro può entrare.
joined-no-email = { $provider } non ci ha dato un indirizzo e-mail. Crei un account o acceda; poi potrà collegarlo.
done-joined = I due account sono collegati.
done-parted = Quell’account non apre più il suo.
problem-oidc-declined = { $provider } non ha confermato l’accesso. Riprovi, o acceda in un altro modo.
problem-oidc-away = { $provider } in questo momento non risponde come dovrebbe. Riprovi più tardi, o acceda in un altro modo.
problem-oidc-refused = La risposta di { $provider } non è valida, nessuno ha avuto accesso. Ricominci.
problem-oidc-joined = Quell’account è già collegato a un altro account qui. Niente è stato cambiato.
invitation-title = Invito in una squadra
invitation-lead = { $organizer } la invita nella sua squadra, con il ruolo «{ $role }». { $means }
invitation-join = Unisciti alla squadra
invitation-known = Il suo indirizzo ha già un account. Acceda, poi accetti l’invito.
invitation-another = Questo invito è per un indirizzo diverso da quello del suo account. Esca, poi apra di nuovo il link.
invitation-over = Chieda un nuovo invito alla persona che l’ha mandato.
problem-invitation = Questo invito è già stato usato, è stato ritirato o è scaduto.
sessions-title = Accessi
session-this = Questo dispositivo
session-since = Da { $when }
session-end = Chiudi
sessions-end-others = Chiudi tutti gli altri
session-browser = Browser
session-program = Programma
data-title = I suoi dati
data-lead = Tutto ciò che conserviamo di lei, in un file leggibile dai programmi.
data-export = Scarica i miei dati
erase-title = Cancella il mio account
erase-what = Il suo nome, l’indirizzo, la password, gli accessi e i diritti presso gli organizzatori sono cancellati subito. Nessuno può annullarlo.
erase-kept = La legge ci fa conservare per dieci anni gli ordini pagati, con il nome e l’indirizzo dati all’acquisto (codice di commercio francese, articolo L123-22).
erase-tickets = I suoi biglietti restano validi: si aprono con il link dell’e-mail.
erase-button = Cancella per sempre
erase-no-password = Per essere sicuri che sia lei chiediamo la sua password. Questo account non ne ha: ne scelga prima una.
erase-back = Tieni il mio account
erased-title = Il suo account è cancellato
erased-text = I suoi biglietti restano validi con il link dell’e-mail. Arrivederci e grazie.
orders-title = Ordini e biglietti
orders-none = Ancora nulla. Ciò che compra dopo l’accesso arriva su questa pagina.
orders-take = Aggiungi al mio account
orders-unverified = Confermi il suo indirizzo per ritrovare qui ciò che aveva comprato senza account. Il link è nella sua posta.
orders-refunded = Rimborsato
orders-more = Ordini precedenti
order-keep = Aggiungi al mio account
order-keep-login = Accedi per tenere questo ordine nel mio account

problem-tries = { $count ->
    [one] Troppi tentativi per questo account. Riprovi tra { $count } secondo.
   *[other] Troppi tentativi per questo account. Riprovi tra { $count } secondi.
}
second-left = { $count ->
    [one] Resta { $count } codice di recupero.
   *[other] Restano { $count } codici di recupero.
}
fields-count = { $count ->
    [one] { $count } campo da correggere. Nulla è stato salvato.
   *[other] { $count } campi da correggere. Nulla è stato salvato.
}
orders-found = { $count ->
    [one] { $count } ordine è stato fatto senza account con il suo indirizzo.
   *[other] { $count } ordini sono stati fatti senza account con il suo indirizzo.
}
