# The mails. No-break spaces (U+00A0) between a number and its word.

mail-hello = Hello { $name },
mail-date = Date
mail-place = Place
mail-doors = Doors
mail-order = Order
mail-calendar = The date is attached, for your calendar.
mail-ticket = Ticket { $no }
mail-ticket-open = Open this ticket
mail-more-codes = The other codes are in the attached PDF and on your order’s page.
mail-rotating = This ticket’s code changes every 15 seconds: open it on your phone at the door.
mail-file-tickets = tickets
mail-file-calendar = calendar
mail-link-instead = If the button does not open, copy this address:
mail-why-buyer = You get this mail because you ordered tickets with this address.
mail-why-account = You get this mail because an account has this address.

mail-verify-subject = Confirm your address
mail-verify-text = A Ticket Hub account has just been made with this address. Confirm that it is yours; the link is good for 7 days.
mail-verify-not-you = If it wasn’t you, do nothing.
mail-verify-do = Confirm my address

mail-invitation-subject = { $organizer } invites you to its team
mail-invitation-text = { $inviter } invites you to join the team of { $organizer } on Ticket Hub, with the role “{ $role }”. The link is good for 7 days, once.
mail-invitation-not-you = If you do not know this organizer, do nothing.
mail-invitation-do = Join the team
mail-why-invitation = You get this mail because { $organizer } gave this address to invite you.

mail-reset-subject = Your new password
mail-reset-text = A new password was asked for your account. Choose it by this link, good for one hour, once.
mail-reset-not-you = If it wasn’t you, do nothing: the old one stays good.
mail-reset-do = Choose a password

mail-login-subject = Your link to log in
mail-login-text = This link logs you in to Ticket Hub, once, for 15 minutes.
mail-login-not-you = If you didn’t ask for it, do nothing: nobody gets in without this link.
mail-login-do = Log me in

mail-tickets-subject = Your tickets for { $title }
mail-tickets-text = { $places } for { $title }, { $when }. Order { $code }.
mail-tickets-show = At the door, show the code on your phone or on paper. One entry a ticket: don’t share it.
mail-tickets-do = See my tickets
mail-tickets-print = Tickets to print (PDF)
mail-places = { $count ->
    [one] { $count } ticket
   *[other] { $count } tickets
}

mail-refund-subject = Refund for order { $code }
mail-refund-whole = We are refunding { $amount }, all of order { $code }.
mail-refund-part = We are refunding { $amount }, a part of order { $code }.
mail-refund-any = We are refunding { $amount } for order { $code }.
mail-refund-after = The money arrives within a few days where it came from. Refunded tickets no longer open the door.
mail-refund-do = See my order

mail-ended-subject = Cancelled tickets of order { $code }
mail-ended-text = Tickets of order { $code } were cancelled, without a refund.
mail-ended-after = Cancelled tickets no longer open the door.
mail-ended-do = See the order

mail-changed-subject = A change to { $title }
mail-changed-text = The organizer has changed the date or the place of { $title }. Your tickets stay good: these replace the old ones.
mail-changed-before = Before
mail-changed-now = Now
mail-changed-cannot = If you can no longer come, write to the organizer before the event.

mail-cancelled-subject = { $title } is cancelled
mail-cancelled-text = { $title }, { $when }, will not take place. The tickets of order { $code } no longer open the door.
mail-cancelled-money = The organizer refunds you by its terms; a mail will tell you. Keep your order number.

mail-reminder-subject = Tomorrow: { $title }
mail-reminder-text = It is soon: { $title }, { $when }. You have { $places }.

mail-cart-subject-1 = Your places for { $title } are waiting
mail-cart-subject-2 = Places are left for { $title }
mail-cart-subject-3 = Last reminder for { $title }
mail-cart-text-1 = You had chosen places for { $title }, { $when }, without finishing your order. Nothing was charged, and your places were given back. You can take others while there are some.
mail-cart-text-2 = There are places left for { $title }, { $when }. Go on with your order where you left it.
mail-cart-text-3 = { $title }, { $when }: this is the last mail that we send you about this order.
mail-cart-do = Take places again
mail-why-cart = You get this reminder because you asked for it when you booked.
mail-stop = No more reminders

sms-tickets = Your tickets for { $title }, { $day } { $month }, doors at { $time }: { $link }
sms-reminder = It’s tomorrow: { $title }, doors at { $time }. Your tickets: { $link }
