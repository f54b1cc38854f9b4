# I biglietti tenuti sul dispositivo.

pocket-title = I miei biglietti su questo dispositivo
pocket-lead = Una volta aperti qui, i suoi biglietti si vedono anche senza rete.
pocket-empty = Ancora nessun biglietto qui. Apra il link della sua e-mail di conferma: i biglietti restano su questo dispositivo.
pocket-instead = Nessuna rete, e questa pagina non è su questo dispositivo. Un biglietto il cui codice cambia ogni 15 secondi ha sempre bisogno della rete: cerchi il Wi-Fi o dica il suo nome all’accoglienza.
pocket-install = Aggiungi alla schermata Home
ticket-kept = Questo biglietto si apre anche senza rete, su questo dispositivo.
pocket-description = I suoi biglietti, anche senza rete.

wallet-apple = Aggiungi ad Apple Wallet
wallet-google = Aggiungi a Google Wallet
wallet-event = Evento
wallet-doors = Porte
wallet-starts = Inizio
wallet-place = Luogo
wallet-type = Tariffa
wallet-holder = A nome di
wallet-number = Numero
wallet-order = Ordine

text-me = Ricevere il link per SMS
text-me-help = Per questo link e un promemoria il giorno prima, nient’altro. Iniziate con + e il prefisso del paese.
text-me-send = Inviare per SMS
text-me-sent = SMS inviato al numero che termina con { $digits }.
text-me-wrong = Non è un numero di cellulare. Iniziate con + e il prefisso del paese.
text-me-too-often = Per questo ordine sono stati inviati tre SMS. Anche il link nella vostra e-mail apre i biglietti.
