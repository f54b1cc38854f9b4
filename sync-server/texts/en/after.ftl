# The waiting list, and what becomes of a ticket after it was bought.

line-title = Waiting list
line-out = Sold out. Join the waiting list: places come back, and they are kept for whoever waits.
line-lead = When places come back they are kept for you for a few hours and an e-mail tells you so, in the order in which people joined. Nothing to pay until then.
line-type = Ticket type
line-consent = Send me an e-mail when places come back. My address is used for nothing else.
line-join = Join the waiting list
line-wrong-type = Choose a type that is sold out.
line-wrong-consent = Tick this box: without an e-mail we cannot tell you.
line-wrong-places = { $count ->
    [one] At most { $count } place of this type.
   *[other] 1 to { $count } places of this type.
}
line-wrong-least = { $count ->
    [one] At least { $count } place of this type.
   *[other] At least { $count } places of this type.
}
line-errors = { $count ->
    [one] { $count } field to correct. You are not on the list yet.
   *[other] { $count } fields to correct. You are not on the list yet.
}
line-full = This waiting list is full. You are not on it. Look at the event’s page again later.
line-asked-title = Look at your e-mail
line-asked-text = A link is waiting in your mailbox. Your turn counts from the moment you open it and confirm.
line-confirm-title = Confirm your place
line-confirm-text = One last step: your place in the line counts from now on.
line-confirm = Confirm
line-in-title = You are on the waiting list
line-in-text = { $count ->
    [0] You are at the head of the line. As soon as places come back, an e-mail tells you. Whoever wants fewer places may be served before you.
    [one] { $count } person before you. As soon as it is your turn, an e-mail tells you. Whoever wants fewer places may be served before you.
   *[other] { $count } people before you. As soon as it is your turn, an e-mail tells you. Whoever wants fewer places may be served before you.
}
line-offer-title = It is your turn
line-offer-text = Your places are kept until { $until }. After that they go to the next person.
line-take = Take my places
line-taken-title = You have taken your places
line-taken-text = Your tickets are in the e-mail of your order.
line-missed-title = Your turn has passed
line-missed-text = The places kept for you were not taken in time. Nothing was charged. You can join again.
line-left-title = You have left the list
line-left-text = You will get no more e-mail about these places.
line-leave = Leave the waiting list
line-leave-title = Leave the waiting list
line-leave-text = Your turn will be lost, and places kept for you go to the next person.

mail-wait-subject = Confirm your place on the waiting list: { $title }
mail-wait-text = You would like { $places } for { $title }, which is sold out. Confirm your address: your turn counts from that moment. An e-mail will tell you as soon as places are kept for you.
mail-wait-not-you = If it wasn’t you, do nothing: no other e-mail will follow.
mail-wait-do = Confirm my place
mail-wait-leave = Leave the waiting list
mail-why-wait = You get this e-mail because this address was put on a waiting list.
mail-offer-subject = It is your turn: places for { $title }
mail-offer-text = { $places } for { $title }: kept for you until { $until }. Nobody else can take them until then.
mail-offer-next = After that it is the next person’s turn, and nothing is charged.
mail-offer-until = Kept until
mail-offer-do = Take my places

office-line = Waiting list
office-line-of = Waiting list, { $title }
office-line-means = When places come back they are offered in the order in which people joined, and kept for as long as you set in the terms.
office-line-nobody = Nobody is waiting at the moment.
office-line-people = People
office-line-places = Places wanted
office-line-oldest = First joined
office-line-offers = Offers open
office-line-until = Until
office-line-taken = Taken
office-terms = Terms
office-terms-of = Terms, { $title }
office-terms-saved = Terms saved.
office-terms-line = When a type is sold out
office-terms-line-open = People may join a waiting list
office-terms-line-closed = No waiting list
office-terms-line-help = Whoever waits already keeps their turn.
office-terms-offer = An offer lasts
office-terms-offer-help = After that the places go to the next person.
office-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}

after-open = Refund or change my tickets
after-title = My tickets
after-name = Name on the ticket
after-rename = Change the name
after-rename-do = Save this name
after-rename-done = The name is changed. The doors know it.
after-refund = Refund
after-refund-pick = Give this ticket back
after-refund-see = See my refund
after-refund-fee = { $fee } are kept for each ticket.
after-refund-none = Tick at least one ticket to give back. Nothing was refunded.
after-refund-reason = Asked for by the buyer, within the event’s terms
after-refund-done = It is refunded. The money arrives within a few days, by the means you paid with.
after-refund-pending = The refund is asked for. The bank has not answered yet: an e-mail will tell you when it is done.
after-refund-refused = The bank refuses this refund. Your tickets stay good. Write to the organiser.
after-sure-title = Give these tickets back
after-sure-text = You get { $back } back. These tickets will no longer open the door, and their places go back on sale.
after-sure-nothing = No money goes back. These tickets will no longer open the door, and their places go back on sale.
after-sure-fee = { $fee } are kept, by the event’s terms.
after-sure-do = Give these tickets back
after-sure-keep = Keep my tickets
after-no-cancelled = The event is off, and the organiser refunds by their terms. An e-mail will tell you.
after-no-ended = This ticket no longer opens the door, there is nothing left to do with it.
after-no-under-way = Its refund is under way. An e-mail will tell you when it is done.
after-no-entered = Somebody has gone in with this ticket.
after-no-refund = The organiser does not allow it for this event. Write to them if you cannot come.
after-no-rename = The organiser does not allow it for this event. Write to them.
after-no-late = It was possible until { $until }. Write to the organiser.
ended-title = Tickets ended
ended-text = These tickets no longer open the door.

office-terms-after = After the purchase
office-terms-never = Never
office-terms-doors = Until doors open
office-terms-hours = { $count ->
    [one] Until { $count } hour before doors
   *[other] Until { $count } hours before doors
}
office-terms-days = { $count ->
    [one] Until { $count } day before doors
   *[other] Until { $count } days before doors
}
office-terms-refund = Buyers may have their money back
office-terms-refund-help = By themselves, on their order’s page. You can always refund yourself.
office-terms-fee = Kept for each ticket
office-terms-fee-help = 0 to give all of it back.
office-terms-rename = Buyers may change a ticket’s name
office-terms-rename-help = The search by name at the doors follows.

after-transfer = Transfer to somebody
after-transfer-means = Your ticket is cancelled, and this person gets a new one by e-mail, for the same place. A refund would go to you, and end their ticket.
after-transfer-do = Transfer this ticket
after-transfer-done = The ticket is transferred. Its e-mail is on the way, and yours no longer opens the door.
after-friend-name = Their name
after-friend-email = Their e-mail address
after-given-title = Your tickets are transferred
after-given = Ticket transferred to { $friend }: { $ticket }
after-no-transfer = The organiser does not allow it for this event. Write to them.
after-no-gift = This ticket was transferred to you. Only whoever paid for it can be refunded: ask them.
mail-gift-subject = { $giver } transfers a ticket to you: { $title }
mail-gift-text = { $giver } transfers a ticket for { $title } to you. It is in your name: the old one no longer opens the door.
mail-why-gift = You get this e-mail because { $giver } gave your address to transfer a ticket to you.
mail-given-subject = Ticket transferred: { $title }
mail-given-text = Your ticket { $ticket } of order { $code } for { $title } is { $friend }’s now. The old one no longer opens the door.
mail-given-not-you = If it wasn’t you, write to the organiser at once with your order number.
office-terms-transfer = Buyers may transfer a ticket
office-terms-transfer-help = The old ticket is cancelled, the other person gets a new one.
