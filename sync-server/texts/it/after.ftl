# La lista d’attesa, e che cosa si fa di un biglietto dopo l’acquisto.

line-title = Lista d’attesa
line-out = Esaurito. Si iscriva alla lista d’attesa: dei posti tornano, e sono tenuti per chi aspetta.
line-lead = Quando tornano dei posti, li teniamo per lei alcune ore e un’e-mail glielo dice, in ordine d’iscrizione. Fino ad allora non si paga nulla.
line-type = Tariffa
line-consent = Accetto di ricevere un’e-mail quando tornano dei posti. Il mio indirizzo non serve ad altro.
line-join = Iscrivermi alla lista d’attesa
line-wrong-type = Scelga una tariffa esaurita.
line-wrong-consent = Spunti questa casella: senza e-mail non possiamo avvisarla.
line-wrong-places = { $count ->
    [one] Al massimo { $count } posto a questa tariffa.
   *[other] Da 1 a { $count } posti a questa tariffa.
}
line-wrong-least = { $count ->
    [one] Almeno { $count } posto a questa tariffa.
   *[other] Almeno { $count } posti a questa tariffa.
}
line-errors = { $count ->
    [one] { $count } campo da correggere. Non è ancora in lista.
   *[other] { $count } campi da correggere. Non è ancora in lista.
}
line-full = Questa lista d’attesa è piena. Non è in lista. Torni a vedere la pagina dell’evento più tardi.
line-asked-title = Guardi la sua posta
line-asked-text = Un link la aspetta nella sua casella. Il suo turno conta dal momento in cui lo apre e conferma.
line-confirm-title = Confermare l’iscrizione
line-confirm-text = Ultimo passo: il suo posto in fila conta da adesso.
line-confirm = Confermare
line-in-title = È in lista d’attesa
line-in-text = { $count ->
    [0] È in testa alla fila. Appena tornano dei posti, un’e-mail glielo dice. Chi chiede meno posti può passare prima.
    [one] { $count } persona prima di lei. Appena è il suo turno, un’e-mail glielo dice. Chi chiede meno posti può passare prima.
   *[other] { $count } persone prima di lei. Appena è il suo turno, un’e-mail glielo dice. Chi chiede meno posti può passare prima.
}
line-offer-title = È il suo turno
line-offer-text = I suoi posti sono tenuti fino al { $until }. Poi andranno alla persona seguente.
line-take = Prendere i miei posti
line-taken-title = Ha preso i suoi posti
line-taken-text = I suoi biglietti sono nell’e-mail dell’ordine.
line-missed-title = Il suo turno è passato
line-missed-text = I posti tenuti per lei non sono stati presi in tempo. Nulla è stato addebitato. Può iscriversi di nuovo.
line-left-title = Ha lasciato la lista
line-left-text = Non riceverà più e-mail per questi posti.
line-leave = Lasciare la lista d’attesa
line-leave-title = Lasciare la lista d’attesa
line-leave-text = Perderà il suo turno, e i posti tenuti per lei andranno alla persona seguente.

mail-wait-subject = Confermi l’iscrizione alla lista d’attesa: { $title }
mail-wait-text = Desidera { $places } per { $title }, che è esaurito. Confermi il suo indirizzo: il suo turno conta da quel momento. Un’e-mail la avviserà appena dei posti sono tenuti per lei.
mail-wait-not-you = Se non è stato lei, non faccia nulla: non seguirà nessun’altra e-mail.
mail-wait-do = Confermare l’iscrizione
mail-wait-leave = Lasciare la lista d’attesa
mail-why-wait = Riceve questa e-mail perché questo indirizzo è stato iscritto a una lista d’attesa.
mail-offer-subject = È il suo turno: posti per { $title }
mail-offer-text = Teniamo { $places } per lei, per { $title }, fino al { $until }. Fino ad allora nessun altro può disporne.
mail-offer-next = Poi toccherà alla persona seguente, e nulla le sarà addebitato.
mail-offer-until = Fino al
mail-offer-do = Prendere i miei posti

office-line = Lista d’attesa
office-line-of = Lista d’attesa, { $title }
office-line-means = Quando tornano dei posti, sono proposti in ordine d’iscrizione e tenuti per il tempo che fissa nelle condizioni.
office-line-nobody = Nessuno aspetta per ora.
office-line-people = Persone
office-line-places = Posti richiesti
office-line-oldest = Prima iscrizione
office-line-offers = Offerte in corso
office-line-until = Fino al
office-line-taken = Accettate
office-terms = Condizioni
office-terms-of = Condizioni, { $title }
office-terms-saved = Condizioni salvate.
office-terms-line = Quando una tariffa è esaurita
office-terms-line-open = Ci si può iscrivere a una lista d’attesa
office-terms-line-closed = Nessuna lista d’attesa
office-terms-line-help = Chi aspetta già conserva il suo turno.
office-terms-offer = Un’offerta dura
office-terms-offer-help = Poi i posti vanno alla persona seguente.
office-hours = { $count ->
    [one] { $count } ora
   *[other] { $count } ore
}

after-open = Rimborsare o modificare i miei biglietti
after-title = I miei biglietti
after-name = Nome sul biglietto
after-rename = Cambiare il nome
after-rename-do = Salvare questo nome
after-rename-done = Il nome è cambiato. Il controllo all’ingresso lo conosce.
after-refund = Rimborso
after-refund-pick = Restituire questo biglietto
after-refund-see = Vedere il mio rimborso
after-refund-fee = { $fee } sono trattenuti per biglietto.
after-refund-none = Spunti almeno un biglietto da restituire. Nulla è stato rimborsato.
after-refund-reason = Su richiesta dell’acquirente, secondo le condizioni dell’evento
after-refund-done = È rimborsato. L’importo arriva in alcuni giorni sul mezzo di pagamento usato.
after-refund-pending = Il rimborso è richiesto. La banca non ha ancora risposto: un’e-mail le dirà quando è fatto.
after-refund-refused = La banca rifiuta questo rimborso. I suoi biglietti restano validi. Scriva all’organizzatore.
after-sure-title = Restituire questi biglietti
after-sure-text = Le saranno restituiti { $back }. Questi biglietti non apriranno più l’ingresso, e i loro posti tornano in vendita.
after-sure-nothing = Nessun importo le sarà restituito. Questi biglietti non apriranno più l’ingresso, e i loro posti tornano in vendita.
after-sure-fee = { $fee } sono trattenuti, secondo le condizioni dell’evento.
after-sure-do = Restituire questi biglietti
after-sure-keep = Tenere i miei biglietti
after-no-cancelled = L’evento è annullato, e l’organizzatore rimborsa secondo le sue condizioni. Un’e-mail glielo dirà.
after-no-ended = Questo biglietto non apre più l’ingresso, non c’è più nulla da farne.
after-no-under-way = Il suo rimborso è in corso. Un’e-mail le dirà quando è fatto.
after-no-entered = Qualcuno è già entrato con questo biglietto.
after-no-refund = L’organizzatore non lo permette per questo evento. Gli scriva se non può venire.
after-no-rename = L’organizzatore non lo permette per questo evento. Gli scriva.
after-no-late = Era possibile fino al { $until }. Scriva all’organizzatore.
ended-title = Biglietti annullati
ended-text = Questi biglietti non aprono più l’ingresso.

office-terms-after = Dopo l’acquisto
office-terms-never = Mai
office-terms-doors = Fino all’apertura delle porte
office-terms-hours = { $count ->
    [one] Fino a { $count } ora prima delle porte
   *[other] Fino a { $count } ore prima delle porte
}
office-terms-days = { $count ->
    [one] Fino a { $count } giorno prima delle porte
   *[other] Fino a { $count } giorni prima delle porte
}
office-terms-refund = L’acquirente può farsi rimborsare
office-terms-refund-help = Da sé, sulla pagina del suo ordine. Lei può sempre rimborsare.
office-terms-fee = Trattenuti per biglietto
office-terms-fee-help = 0 per restituire tutto.
office-terms-rename = L’acquirente può cambiare il nome di un biglietto
office-terms-rename-help = La ricerca per nome all’ingresso lo segue.

after-transfer = Trasferire a qualcuno
after-transfer-means = Il suo biglietto è annullato, e questa persona ne riceve uno nuovo per e-mail, per lo stesso posto. Un rimborso andrebbe a lei, e annullerebbe quel biglietto.
after-transfer-do = Trasferire questo biglietto
after-transfer-done = Il biglietto è trasferito. L’e-mail è partita, e il suo non apre più l’ingresso.
after-friend-name = Nome e cognome della persona
after-friend-email = Indirizzo e-mail della persona
after-given-title = I suoi biglietti sono trasferiti
after-given = Biglietto trasferito a { $friend }: { $ticket }
after-no-transfer = L’organizzatore non lo permette per questo evento. Gli scriva.
after-no-gift = Questo biglietto le è stato trasferito. Solo chi l’ha pagato può essere rimborsato: ne parli con quella persona.
mail-gift-subject = { $giver } le trasferisce un biglietto per { $title }
mail-gift-text = { $giver } le trasferisce un biglietto per { $title }. È a suo nome: quello vecchio non apre più l’ingresso.
mail-why-gift = Riceve questa e-mail perché { $giver } ha dato il suo indirizzo per trasferirle un biglietto.
mail-given-subject = Biglietto trasferito per { $title }
mail-given-text = Il suo biglietto { $ticket } dell’ordine { $code } per { $title } è ora di { $friend }. Quello vecchio non apre più l’ingresso.
mail-given-not-you = Se non è stato lei, scriva subito all’organizzatore con il numero d’ordine.
office-terms-transfer = L’acquirente può trasferire un biglietto
office-terms-transfer-help = Il biglietto vecchio è annullato, l’altra persona ne riceve uno nuovo.
