# Codici promozionali e ciò che accompagna una tariffa.

percent-of = { $rate } %
code-have = Ho un codice
code-label = Codice
code-apply = Applica
code-remove = Togli
code-applied = Codice { $code } applicato
code-takes = { $code }: { $off } di sconto.
code-for-types = Per: { $types }.
code-from = Da { $least } per ordine.
code-first-order = Per un primo ordine.
code-deducted = codice detratto
code-unknown = Questo codice non esiste per questo evento. Lo controlli, o continui senza codice.
code-not-yet = Questo codice sarà valido dal { $date }. Fino ad allora, continui senza codice.
code-over = Questo codice è scaduto. Continui senza codice, o ne provi un altro.
code-used-up = Questo codice è stato usato tutte le volte previste. Continui senza codice, o ne provi un altro.
code-other-types = Questo codice vale per altre tariffe. Ne scelga un’altra, o continui senza codice.
code-below-minimum = Questo codice vale per ordini da { $least }. Aggiunga posti, o continui senza codice.
code-used-before = Questa persona ha già usato il codice. Lo tolga per continuare.
code-not-first = Questo codice vale per un primo ordine con questo organizzatore, e questo indirizzo ha già ordinato. Lo tolga per continuare.
code-payment-begun = È in corso un pagamento per questo prezzo: il codice non può più cambiare. Completi il pagamento, oppure restituisca i posti e ricominci.
full-price = Senza sconto
discount-of = Sconto { $code }

office-codes = Codici promozionali
office-no-codes = Nessun codice per ora.
office-code-new = Nuovo codice
office-code = Codice { $code }
office-code-make = Crea il codice
office-code-all-events = Tutti gli eventi
office-code-off = Sconto
office-code-terms = Condizioni
office-code-orders = Ordini
office-code-since = Dal { $date }
office-code-till = Fino al { $date }
office-code-good = Valido
office-code-early = Non ancora
office-code-used-up = Esaurito
office-code-over = Terminato
office-code-help = Ciò che scrivono gli acquirenti, in maiuscolo o no. Può arrivare anche con un link: aggiunga ?code= e il codice all’indirizzo dell’evento.
office-code-kind = Tipo di sconto
office-code-percent = Percentuale del prezzo
office-code-amount = Importo per ordine
office-code-off-help = 10 per il 10%, 5,00 per un importo.
office-code-types = Tariffe
office-code-types-help = Senza scelta vale per tutte.
office-code-minimum = Ordine minimo
office-code-minimum-help = Prezzo dell’ordine prima dello sconto.
office-code-from = Valido dal
office-code-until = Valido fino al
office-code-uses = Ordini in tutto, al massimo
office-code-uses-help = Un carrello conta finché dura.
office-code-each = Ordini per persona, al massimo
office-code-each-help = Per account o indirizzo e-mail.
office-code-first = Solo per un primo ordine presso di lei
office-code-means = Un ordine mantiene il prezzo a cui è stato fatto, anche se poi il codice cambia o termina. Un rimborso non restituisce l’utilizzo.
office-code-taken = Ordini con questo codice: { $count }
office-code-end = Termina il codice
office-code-is-over = Questo codice è terminato. Ne crei un altro per continuare.
office-wrong-code = Scriva da 3 a 40 lettere, cifre, trattini o punti.
office-wrong-code-used = Un altro codice valido si chiama già così. Lo termini, o scelga un’altra parola.
office-wrong-code-ended = Questo codice è terminato nel frattempo. Ne crei un altro.
office-wrong-code-off = Scriva una percentuale fino a 100, come 10 o 12,5, o un importo come 5,00.
office-wrong-code-minimum = Scriva un importo come 50,00, o nulla.
office-wrong-code-until = Scriva una fine successiva all’inizio, o nulla.
office-wrong-code-uses = Scriva un numero da 1 in su, o nulla.
office-wrong-code-taken = { $taken } ordini hanno questo codice: scriva { $taken } o più.
office-wrong-code-types = Scelga tariffe di questo evento.

code-opens = Questo codice apre: { $types }.
extras = Con i suoi posti
rate-group = { $price } a posto da { $from } posti
problem-needs-other = Questa tariffa va con un posto. Nulla è stato prenotato. Scelga anche un posto.
donation = Donazione
donation-label = Una donazione all’organizzatore, se desidera
donation-add = Aggiungi
donation-help = Senza biglietto e senza IVA. Viene restituita se l’organizzatore rimborsa tutto l’ordine.
donation-wrong = Scriva un importo come 5,00, fino a 10.000,00, o nulla.
office-type-least = Posti per ordine, almeno
office-type-group = Prezzo di gruppo da tanti posti
office-type-each = Prezzo a posto in gruppo
office-type-access = Codice di accesso
office-type-access-help = Con un codice, questa tariffa non è mostrata né venduta a chi non lo scrive. Può arrivare con un link, tramite ?code=.
office-type-needs = Solo con un altro posto (programma, bibita). Viene emesso un biglietto: gli dia la sua porta, altrimenti fa entrare.
office-donation = Proporre una donazione al pagamento
office-wrong-least = Scriva un numero da 1 al massimo per ordine.
office-wrong-group = Scriva un numero da 2 a 100 e il prezzo a posto, o nulla.
office-wrong-group-price = Scriva un prezzo come 15,00, con il numero di posti.
office-wrong-access = Scriva da 3 a 40 lettere, cifre, trattini o punti, o nulla.
rate-least = { $count ->
    [one] almeno { $count } posto
   *[other] almeno { $count } posti
}
problem-under-limit = { $count ->
    [one] Almeno { $count } posto per ordine a questa tariffa. Nulla è stato prenotato.
   *[other] Almeno { $count } posti per ordine a questa tariffa. Nulla è stato prenotato.
}
