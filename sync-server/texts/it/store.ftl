# La biglietteria.

home-link = pagina iniziale
log-in = Accedi
log-out = Esci
languages = Lingue
developers = Sviluppatori
developers-title = L’API
developers-lead = Descritta per intero, per i programmi:
back-home = Torna al cartellone

home-title = In cartellone
home-description = Concerti, teatro, sport, mostre: i suoi biglietti in tre tocchi, commissioni comprese.
search = Cerca
search-words = Artista, sala, squadra
search-city = Città
search-date = A partire dal
search-category = Genere
search-any = Tutti i generi
search-wrong = Questa ricerca non è stata capita: controlli la data. Ecco tutto ciò che arriva.
when = Quando
when-any = Tutte le date
when-tonight = Stasera
when-week = Sette giorni
when-weekend = Fine settimana
home-next = Prossimamente
home-found = Trovati
home-none = Nessun evento per ora.
home-none-found = Nulla corrisponde a questa ricerca.
home-all = Mostra tutto
home-more = Mostra altri
book-from = Prenota da { $price }
book-free = Prenota, è gratuito
see-event = Vedi l’evento
from-price = da { $price }
free = Gratuito
fees-included = Commissioni comprese.
category-concert = Concerto
category-theatre = Teatro
category-sport = Sport
category-expo = Mostra
category-club = Club
category-musique = Musica
category-humour = Comicità

event-description = { $title }, { $when }, { $place }. Biglietti, commissioni comprese.
event-date = Data
event-place = Luogo
event-times = Apertura { $doors }, inizio { $starts }
event-starts = Inizio { $starts }
event-map = Mappa
event-organizer = Organizzato da { $name }
event-test = Evento di prova: questi biglietti non fanno entrare da nessuna parte.
choose-title = I suoi posti
choose-places = Quanti
choose-fewer = Uno in meno
choose-more = Uno in più
rate-price = Commissioni comprese
rate-vat = Commissioni comprese, di cui { $vat } di IVA ({ $rate } %)
rate-out = Esaurito
rate-later = In vendita da { $date }
rate-over = Vendita terminata
reserve = Prenota
your-choice = La sua scelta
event-cancelled = Questo evento è annullato. I biglietti non sono più in vendita; gli acquirenti sono avvisati per e-mail.
event-over = Questo evento è passato.
event-nothing = Per ora non ci sono posti in vendita.
event-all-out = Esaurito. I posti tornano quando un carrello non viene pagato: riguardi tra qualche minuto.
problem-sold-out = A questo prezzo non restano abbastanza posti. Nulla è stato prenotato. Ne prenda meno o scelga un’altra tariffa.
problem-not-on-sale = Questa tariffa non è in vendita adesso. Nulla è stato prenotato. Ne scelga un’altra.
problem-choose = Scelga una tariffa e quanti posti. Nulla è stato prenotato.

queue-title = Sala d’attesa
queue-text = In questo momento prenotano in molti. Il suo posto in fila è conservato. Lasci aperta questa pagina: si ricarica da sola.
queue-ahead = { $count ->
    [one] { $count } persona prima di lei
   *[other] { $count } persone prima di lei
}
queue-soon = Meno di un minuto
queue-minutes = Circa { $count ->
    [one] { $count } minuto
   *[other] { $count } minuti
}
queue-turn-title = È il suo turno
queue-turn-text = Prenoti ora: i posti sono riservati appena preme.
queue-closed-title = Non c’è più nulla da prenotare
queue-back = Torna all’evento

pay-title = Pagamento
pay-back = Restituire questi posti e tornare
hold-until = I suoi posti sono tenuti fino alle { $time }
pay-total = Totale, commissioni comprese
pay-vat = di cui IVA
pay-email = E-mail, per ricevere i biglietti
pay-name = Nome e cognome
pay-remind = Ricordarmi questi posti via e-mail se non finisco: tre messaggi al massimo.
pay-means = Pagare con
means-accept = Carta di prova, accettata
means-decline = Carta di prova, rifiutata
means-delay = Carta di prova, lenta
means-card = Carta bancaria, sulla pagina sicura di Stripe
means-test = Server di prova: non viene addebitato nulla.
pay-button = Paga { $amount }
pay-free-button = Conferma, gratis
error-email = Scriva un indirizzo come camille@example.org.
error-name = Scriva un nome, di 200 lettere al massimo.
problem-declined = La banca ha rifiutato. Nulla è stato addebitato. Provi un’altra carta: i suoi posti restano tenuti.
problem-means = Questo mezzo di pagamento qui non esiste. Nulla è stato addebitato. Ne scelga un altro.
problem-no-paying = In questo momento non si può pagare e non è stato addebitato nulla. Riprovi tra poco: i suoi posti restano riservati fino alla scadenza.
problem-too-many = Troppi tentativi di pagamento. Nulla è stato addebitato. Attenda un minuto: i suoi posti restano tenuti.

expired-title = I suoi posti sono stati restituiti
expired-text = Il tempo per pagare è scaduto. Nulla è stato addebitato. Può riprendere dei posti se ne restano.
take-again = Riprendi dei posti
cancelled-title = Ordine abbandonato
cancelled-text = Questi posti sono stati restituiti. Nulla è stato addebitato.
returned-title = Il pagamento è arrivato troppo tardi
returned-text = I posti erano già andati. Non ha biglietti e tutto il denaro le viene restituito.
unsure-title = La banca non risponde
unsure-text = Non sappiamo ancora se il pagamento è riuscito. Non paghi una seconda volta: guardi il suo ordine tra un momento.
see-order = Vedi il mio ordine
refunded-title = Ordine rimborsato
refunded-text = Le sono stati restituiti { $amount }. Questi biglietti non fanno più entrare.
pending-title = Pagamento in corso
pending-text = La banca non ha ancora risposto. Questa pagina si ricarica da sola. I suoi posti restano tenuti fino alle { $time }.
pay-otherwise = Paga in altro modo
waiting-title = Pagamento ricevuto
waiting-text = I suoi biglietti si stanno preparando, di solito pochi secondi. Questa pagina si ricarica da sola; arrivano anche per e-mail.
done-title = È prenotato
done-for = per { $title }, { $when }, { $place }.
see-tickets = Vedi i miei biglietti
your-tickets = I suoi biglietti
sent-to = Inviati a
order-code = Ordine
paid = Pagato
refunded = Restituito
ticket-of = Biglietto { $no } di { $count }
ticket-title = Biglietto
ticket-qr = Codice QR del biglietto { $code }
ticket-doors = Apertura
ticket-price = Prezzo
ticket-number = Biglietto
ticket-code = Codice
ticket-bright = Alzi la luminosità dello schermo all’ingresso.
ticket-previous = Biglietto precedente
ticket-next = Biglietto successivo
ticket-back = Torna all’ordine
ticket-rotating = Questo codice cambia ogni 15 secondi: una schermata non fa entrare. Tenga aperta questa pagina, si ricarica da sola.
ticket-refunded = Questo biglietto è rimborsato: non fa più entrare.
ticket-cancelled = Questo biglietto è annullato: non fa più entrare.
ticket-blocked = Questo biglietto è bloccato. Scriva all’organizzatore prima di venire.

stop-title = Fermare i promemoria
stop-text = { $address } non riceverà più promemoria di un ordine non finito. I biglietti e i cambiamenti di un evento arrivano sempre.
stop-done = Fatto: { $address } non riceve più promemoria.
stop-button = Non ricevere più promemoria

rate-left = { $count ->
    [one] Resta { $count }
   *[other] Restano { $count }
}
sum-places = { $count ->
    [one] { $count } posto, commissioni comprese
   *[other] { $count } posti, commissioni comprese
}
places-count = { $count ->
    [one] { $count } posto
   *[other] { $count } posti
}
problem-over-limit = { $count ->
    [one] Al massimo { $count } posto per ordine a questa tariffa. Nulla è stato prenotato.
   *[other] Al massimo { $count } posti per ordine a questa tariffa. Nulla è stato prenotato.
}
errors-count = { $count ->
    [one] { $count } campo da correggere. Nulla è stato addebitato.
   *[other] { $count } campi da correggere. Nulla è stato addebitato.
}
hold-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minuti
}
