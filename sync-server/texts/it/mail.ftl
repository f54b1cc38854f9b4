# Le e-mail. Spazi indivisibili (U+00A0) tra un numero e la sua parola.

mail-hello = Buongiorno { $name },
mail-date = Data
mail-place = Luogo
mail-doors = Porte
mail-order = Ordine
mail-calendar = La data è allegata, per la sua agenda.
mail-ticket = Biglietto { $no }
mail-ticket-open = Apri questo biglietto
mail-more-codes = Gli altri codici sono nel PDF allegato e nella pagina del suo ordine.
mail-rotating = Il codice di questo biglietto cambia ogni 15 secondi: lo apra sul telefono all’ingresso.
mail-file-tickets = biglietti
mail-file-calendar = agenda
mail-link-instead = Se il pulsante non si apre, copi questo indirizzo:
mail-why-buyer = Riceve questa e-mail perché ha ordinato biglietti con questo indirizzo.
mail-why-account = Riceve questa e-mail perché un account ha questo indirizzo.

mail-verify-subject = Confermi il suo indirizzo
mail-verify-text = È appena stato creato un account Ticket Hub con questo indirizzo. Confermi che è il suo; il link vale 7 giorni.
mail-verify-not-you = Se non è stato lei, non faccia nulla.
mail-verify-do = Conferma il mio indirizzo

mail-invitation-subject = { $organizer } la invita nella sua squadra
mail-invitation-text = { $inviter } la invita a unirsi alla squadra di { $organizer } su Ticket Hub, con il ruolo «{ $role }». Il link vale 7 giorni, una sola volta.
mail-invitation-not-you = Se non conosce questo organizzatore, non faccia nulla.
mail-invitation-do = Unisciti alla squadra
mail-why-invitation = Riceve questa e-mail perché { $organizer } ha dato questo indirizzo per invitarla.

mail-reset-subject = La sua nuova password
mail-reset-text = È stata chiesta una nuova password per il suo account. La scelga con questo link, valido un’ora e una sola volta.
mail-reset-not-you = Se non è stato lei, non faccia nulla: la vecchia resta valida.
mail-reset-do = Scegli una password

mail-login-subject = Il suo link di accesso
mail-login-text = Questo link le dà accesso a Ticket Hub, una sola volta, per 15 minuti.
mail-login-not-you = Se non l’ha chiesto lei, non faccia nulla: nessuno entra senza questo link.
mail-login-do = Accedi ora

mail-tickets-subject = I suoi biglietti per { $title }
mail-tickets-text = { $places } per { $title }, { $when }. Ordine { $code }.
mail-tickets-show = All’ingresso mostri il codice sul telefono o su carta. Un solo ingresso per biglietto: non lo condivida.
mail-tickets-do = Vedi i miei biglietti
mail-tickets-print = Biglietti da stampare (PDF)
mail-places = { $count ->
    [one] { $count } biglietto
   *[other] { $count } biglietti
}

mail-refund-subject = Rimborso dell’ordine { $code }
mail-refund-whole = Le rimborsiamo { $amount }, l’intero ordine { $code }.
mail-refund-part = Le rimborsiamo { $amount }, una parte dell’ordine { $code }.
mail-refund-any = Le rimborsiamo { $amount } per l’ordine { $code }.
mail-refund-after = La somma arriva entro qualche giorno sul mezzo di pagamento usato. I biglietti rimborsati non valgono più all’ingresso.
mail-refund-do = Vedi il mio ordine

mail-ended-subject = Biglietti annullati dell’ordine { $code }
mail-ended-text = Alcuni biglietti dell’ordine { $code } sono stati annullati, senza rimborso.
mail-ended-after = I biglietti annullati non valgono più all’ingresso.
mail-ended-do = Vedi l’ordine

mail-changed-subject = Cambiamento per { $title }
mail-changed-text = L’organizzatore ha cambiato la data o il luogo di { $title }. I suoi biglietti restano validi: questi sostituiscono i precedenti.
mail-changed-before = Prima
mail-changed-now = Ora
mail-changed-cannot = Se non può più venire, scriva all’organizzatore prima dell’evento.

mail-cancelled-subject = { $title } è annullato
mail-cancelled-text = { $title }, { $when }, non avrà luogo. I biglietti dell’ordine { $code } non valgono più all’ingresso.
mail-cancelled-money = L’organizzatore la rimborsa secondo le sue condizioni; un’e-mail glielo dirà. Conservi il numero d’ordine.

mail-reminder-subject = Domani: { $title }
mail-reminder-text = Manca poco: { $title }, { $when }. Ha { $places }.

mail-cart-subject-1 = I suoi posti per { $title } la aspettano
mail-cart-subject-2 = Ci sono ancora posti per { $title }
mail-cart-subject-3 = Ultimo promemoria per { $title }
mail-cart-text-1 = Aveva scelto dei posti per { $title }, { $when }, senza finire l’ordine. Non è stato addebitato nulla e i posti sono stati restituiti. Può riprenderne finché ce ne sono.
mail-cart-text-2 = Ci sono ancora posti per { $title }, { $when }. Riprenda l’ordine da dove l’aveva lasciato.
mail-cart-text-3 = { $title }, { $when }: è l’ultima e-mail che le inviamo per questo ordine.
mail-cart-do = Riprendi dei posti
mail-why-cart = Riceve questo promemoria perché l’ha chiesto prenotando.
mail-stop = Non ricevere più promemoria

sms-tickets = I vostri biglietti per { $title }, { $day } { $month }, porte alle { $time }: { $link }
sms-reminder = È domani: { $title }, porte alle { $time }. I vostri biglietti: { $link }
