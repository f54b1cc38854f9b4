# A ticket put up again, for the waiting list.

after-resale = Put up for resale
after-resale-means = Your ticket is offered to the waiting list, at what you paid or less. It stays valid until somebody gets an offer, and is then blocked while they decide. If they pay, you are refunded; if not, it is valid again.
after-resale-do = Put it up
after-resale-done = Your ticket is up for resale. It stays valid until somebody gets an offer.
after-resale-open = Up for resale. It stays valid until somebody gets an offer.
after-resale-offered = Offered to somebody until { $until }. Until then it does not open the door.
after-resale-stops = If it is not taken, it is valid again and no longer up for resale.
after-resale-back = Nobody took it. It is valid again in a moment.
after-resale-sold = Resold. You are refunded, an e-mail confirms it.
after-resale-keep = Take it back
after-resale-kept = Your ticket is no longer up for resale.
after-resale-kept-later = Somebody has got an offer for this ticket. If it is not taken, it is valid again and no longer up for resale.
after-resale-late = This ticket is resold already, or was not up any more. Nothing has changed.
after-no-on-sale = This ticket is up for resale. Take it back first.
after-no-resale = The organiser does not allow it for this event. Write to them if you cannot come.
ticket-on-sale = Up for resale to the waiting list. It stays valid until somebody gets an offer.
ticket-offered = This ticket is offered to somebody until { $until }. If it is not taken, it is valid again.
ticket-resold = This ticket is resold and no longer opens the door.
resale-reason = Ticket resold through the waiting list
mail-resold-subject = Your ticket is resold: { $title }
mail-resold-text = Your ticket { $ticket } of order { $code } for { $title } is resold. It no longer opens the door.
mail-resold-back = { $amount } go back to the means of payment that was used. An e-mail will tell you when it is done.
office-terms-resale = Buyers may put a ticket up for resale
office-terms-resale-help = For whoever waits, at what was paid or less. They are refunded once the place is paid.
