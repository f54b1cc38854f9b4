# Ein Ticket, das über die Warteliste wieder verkauft wird.

after-resale = Zum Weiterverkauf geben
after-resale-means = Ihr Ticket wird der Warteliste angeboten, zu dem Preis, den Sie bezahlt haben, oder weniger. Es bleibt gültig, bis jemand ein Angebot bekommt, und ist dann gesperrt, bis diese Person sich entscheidet. Zahlt sie, bekommen Sie Ihr Geld zurück; sonst ist es wieder gültig.
after-resale-do = Zum Verkauf geben
after-resale-done = Ihr Ticket steht zum Verkauf. Es bleibt gültig, bis jemand ein Angebot bekommt.
after-resale-open = Steht zum Verkauf. Es bleibt gültig, bis jemand ein Angebot bekommt.
after-resale-offered = Jemandem angeboten bis { $until }. Bis dahin öffnet es den Einlass nicht.
after-resale-stops = Wird es nicht genommen, ist es wieder gültig und steht nicht mehr zum Verkauf.
after-resale-back = Niemand hat es genommen. Es ist gleich wieder gültig.
after-resale-sold = Weiterverkauft. Sie bekommen Ihr Geld zurück, eine E-Mail bestätigt es.
after-resale-keep = Vom Verkauf zurückziehen
after-resale-kept = Ihr Ticket steht nicht mehr zum Verkauf.
after-resale-kept-later = Jemand hat für dieses Ticket ein Angebot bekommen. Wird es nicht genommen, ist es wieder gültig und steht nicht mehr zum Verkauf.
after-resale-late = Dieses Ticket ist schon weiterverkauft oder stand nicht mehr zum Verkauf. Es hat sich nichts geändert.
after-no-on-sale = Dieses Ticket steht zum Verkauf. Ziehen Sie es zuerst zurück.
after-no-resale = Der Veranstalter erlaubt es für diese Veranstaltung nicht. Schreiben Sie ihm, wenn Sie nicht kommen können.
ticket-on-sale = Steht für die Warteliste zum Verkauf. Es bleibt gültig, bis jemand ein Angebot bekommt.
ticket-offered = Dieses Ticket ist jemandem angeboten bis { $until }. Wird es nicht genommen, ist es wieder gültig.
ticket-resold = Dieses Ticket ist weiterverkauft und öffnet den Einlass nicht mehr.
resale-reason = Ticket über die Warteliste weiterverkauft
mail-resold-subject = Ihr Ticket ist weiterverkauft: { $title }
mail-resold-text = Ihr Ticket { $ticket } der Bestellung { $code } für { $title } ist weiterverkauft. Es öffnet den Einlass nicht mehr.
mail-resold-back = { $amount } gehen auf das benutzte Zahlungsmittel zurück. Eine E-Mail sagt Ihnen, wann es so weit ist.
office-terms-resale = Käufer können ein Ticket zum Weiterverkauf geben
office-terms-resale-help = Für alle, die warten, zum bezahlten Preis oder weniger. Das Geld geht zurück, sobald der Platz bezahlt ist.
