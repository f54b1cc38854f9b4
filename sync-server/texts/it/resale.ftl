# Un biglietto rimesso in vendita, per la lista d’attesa.

after-resale = Rimettere in vendita
after-resale-means = Il suo biglietto è offerto alla lista d’attesa, al prezzo che ha pagato o meno. Resta valido finché qualcuno non riceve un’offerta, poi è bloccato finché quella persona decide. Se paga, lei è rimborsato; se no, torna valido.
after-resale-do = Mettere in vendita
after-resale-done = Il suo biglietto è in vendita. Resta valido finché qualcuno non riceve un’offerta.
after-resale-open = In vendita. Resta valido finché qualcuno non riceve un’offerta.
after-resale-offered = Offerto a qualcuno fino al { $until }. Fino ad allora non apre l’ingresso.
after-resale-stops = Se non è preso, torna valido e non è più in vendita.
after-resale-back = Nessuno l’ha preso. Torna valido tra un momento.
after-resale-sold = Rivenduto. Lei è rimborsato, un’e-mail glielo conferma.
after-resale-keep = Togliere dalla vendita
after-resale-kept = Il suo biglietto non è più in vendita.
after-resale-kept-later = Qualcuno ha ricevuto un’offerta per questo biglietto. Se non è preso, torna valido e non è più in vendita.
after-resale-late = Questo biglietto è già rivenduto, o non era più in vendita. Non è cambiato nulla.
after-no-on-sale = Questo biglietto è in vendita. Lo tolga prima dalla vendita.
after-no-resale = L’organizzatore non lo permette per questo evento. Gli scriva se non può venire.
ticket-on-sale = In vendita per la lista d’attesa. Resta valido finché qualcuno non riceve un’offerta.
ticket-offered = Questo biglietto è offerto a qualcuno fino al { $until }. Se non è preso, torna valido.
ticket-resold = Questo biglietto è rivenduto e non apre più l’ingresso.
resale-reason = Biglietto rivenduto tramite la lista d’attesa
mail-resold-subject = Il suo biglietto è rivenduto: { $title }
mail-resold-text = Il suo biglietto { $ticket } dell’ordine { $code } per { $title } è rivenduto. Non apre più l’ingresso.
mail-resold-back = { $amount } tornano sul mezzo di pagamento usato. Un’e-mail le dirà quando è fatto.
office-terms-resale = L’acquirente può rimettere un biglietto in vendita
office-terms-resale-help = Per chi aspetta, al prezzo pagato o meno. È rimborsato quando il posto è pagato.
