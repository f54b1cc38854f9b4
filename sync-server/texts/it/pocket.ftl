# I biglietti tenuti sul dispositivo.

pocket-title = I miei biglietti su questo dispositivo
pocket-lead = Una volta aperti qui, i suoi biglietti si vedono anche senza rete.
pocket-empty = Ancora nessun biglietto qui. Apra il link della sua e-mail di conferma: i biglietti restano su questo dispositivo.
pocket-instead = Nessuna rete, e questa pagina non è su questo dispositivo. Un biglietto il cui codice cambia ogni 15 secondi ha sempre bisogno della rete: cerchi il Wi-Fi o dica il suo nome all’accoglienza.
pocket-install = Aggiungi alla schermata Home
ticket-kept = Questo biglietto si apre anche senza rete, su questo dispositivo.
pocket-description = I suoi biglietti, anche senza rete.
