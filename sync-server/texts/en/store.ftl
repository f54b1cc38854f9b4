# The store.

home-link = home
log-in = Log in
log-out = Log out
languages = Languages
developers = Developers
developers-title = The API
developers-lead = Described in full, for programs:
back-home = Back to what’s on

home-title = What’s on
home-description = Concerts, theatre, sport, exhibitions: your tickets in three taps, fees included.
search = Search
search-words = Artist, venue, team
search-city = City
search-date = From
search-category = Kind
search-any = All kinds
search-wrong = This search was not understood: check the date. Here is all that is coming up.
when = When
when-any = Any date
when-tonight = Tonight
when-week = Seven days
when-weekend = Weekend
home-next = Coming up
home-found = Found
home-none = No events for now.
home-none-found = Nothing matches this search.
home-all = Show all
home-more = Show more
book-from = Book from { $price }
book-free = Book, it’s free
see-event = See the event
from-price = from { $price }
free = Free
fees-included = Fees included.
category-concert = Concert
category-theatre = Theatre
category-sport = Sport
category-expo = Exhibition
category-club = Club
category-musique = Music
category-humour = Comedy

event-description = { $title }, { $when }, { $place }. Tickets, fees included.
event-date = Date
event-place = Place
event-times = Doors { $doors }, start { $starts }
event-starts = Start { $starts }
event-map = Map
event-organizer = Organised by { $name }
event-test = Test event: these tickets let nobody in.
choose-title = Your places
choose-places = How many
choose-fewer = One fewer
choose-more = One more
rate-price = Fees included
rate-vat = Fees included, of which { $vat } VAT ({ $rate }%)
rate-out = Sold out
rate-later = On sale from { $date }
rate-over = Sale is over
reserve = Book
your-choice = Your choice
event-cancelled = This event is cancelled. Tickets are no longer sold; buyers are told by e-mail.
event-over = This event is over.
event-nothing = No places are on sale for now.
event-all-out = Sold out. Places come back when a cart is not paid: look again in a few minutes.
problem-sold-out = Not enough places are left at this price. Nothing was booked. Take fewer, or choose another price.
problem-not-on-sale = This price is not on sale now. Nothing was booked. Choose another.
problem-choose = Choose a price and how many places. Nothing was booked.

queue-title = Waiting room
queue-text = Many people are booking right now. Your place in the line is kept. Leave this page open: it reloads by itself.
queue-ahead = { $count ->
    [one] { $count } person before you
   *[other] { $count } people before you
}
queue-soon = Less than a minute
queue-minutes = About { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
queue-turn-title = It’s your turn
queue-turn-text = Book now: your seats are held as soon as you press.
queue-closed-title = Nothing left to book
queue-back = Back to the event

pay-title = Payment
pay-back = Give these places back and return
hold-until = Your places are kept until { $time }
pay-total = Total, fees included
pay-vat = of which VAT
pay-email = E-mail, where the tickets go
pay-name = First and last name
pay-remind = Remind me of these places by mail if I don’t finish: three messages at most.
pay-means = Pay with
means-accept = Test card, accepted
means-decline = Test card, declined
means-delay = Test card, slow
means-card = Bank card, on Stripe’s secure page
means-test = Test server: no money is taken.
pay-button = Pay { $amount }
pay-free-button = Confirm, free
error-email = Write an address such as camille@example.org.
error-name = Write a name, in 200 letters at most.
problem-declined = The bank declined. Nothing was charged. Try another card: your places stay kept.
problem-means = There is no such way to pay here. Nothing was charged. Choose another.
problem-no-paying = Paying isn’t possible right now and nothing was charged. Try again in a moment: your places are kept until the time is up.
problem-too-many = Too many attempts to pay. Nothing was charged. Wait a minute: your places stay kept.

expired-title = Your places were given back
expired-text = The time for paying was up. Nothing was charged. You can take places again if any are left.
take-again = Take places again
cancelled-title = Order given up
cancelled-text = These places were given back. Nothing was charged.
returned-title = The payment came too late
returned-text = The places had already gone. You have no ticket, and all of the money goes back to you.
unsure-title = The bank does not answer
unsure-text = We don’t know yet whether the payment went through. Don’t pay a second time: look at your order in a moment.
see-order = See my order
refunded-title = Order refunded
refunded-text = { $amount } was given back to you. These tickets no longer let anyone in.
pending-title = Payment under way
pending-text = The bank has not answered yet. This page reloads by itself. Your places stay kept until { $time }.
pay-otherwise = Pay another way
waiting-title = Payment received
waiting-text = Your tickets are being made, a few seconds as a rule. This page reloads by itself; they also go out by e-mail.
done-title = It’s booked
done-for = for { $title }, { $when }, { $place }.
see-tickets = See my tickets
your-tickets = Your tickets
sent-to = Sent to
order-code = Order
paid = Paid
refunded = Given back
ticket-of = Ticket { $no } of { $count }
ticket-title = Ticket
ticket-qr = QR code of ticket { $code }
ticket-doors = Doors
ticket-price = Price
ticket-number = Ticket
ticket-code = Code
ticket-bright = Turn up your screen’s brightness at the door.
ticket-previous = Previous ticket
ticket-next = Next ticket
ticket-back = Back to the order
ticket-rotating = This code changes every 15 seconds: a screenshot lets nobody in. Keep this page open, it reloads by itself.
ticket-refunded = This ticket is refunded: it no longer lets anyone in.
ticket-cancelled = This ticket is cancelled: it no longer lets anyone in.
ticket-blocked = This ticket is blocked. Write to the organizer before you come.

stop-title = Stop reminders
stop-text = { $address } will get no more reminders of an unfinished order. Tickets and changes of an event still arrive.
stop-done = Done: { $address } gets no more reminders.
stop-button = No more reminders

rate-left = { $count ->
    [one] { $count } left
   *[other] { $count } left
}
sum-places = { $count ->
    [one] { $count } place, fees included
   *[other] { $count } places, fees included
}
places-count = { $count ->
    [one] { $count } place
   *[other] { $count } places
}
problem-over-limit = { $count ->
    [one] At most { $count } place an order at this price. Nothing was booked.
   *[other] At most { $count } places an order at this price. Nothing was booked.
}
errors-count = { $count ->
    [one] { $count } field to correct. Nothing was charged.
   *[other] { $count } fields to correct. Nothing was charged.
}
hold-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
