# Promo codes and what belongs to a rate.

percent-of = { $rate }%
code-have = I have a code
code-label = Code
code-apply = Apply
code-remove = Remove
code-applied = Code { $code } applied
code-takes = { $code }: { $off } off.
code-for-types = For: { $types }.
code-from = From { $least } an order.
code-first-order = For a first order.
code-deducted = code deducted
code-unknown = This code does not exist for this event. Check it, or go on without a code.
code-not-yet = This code is valid from { $date }. Until then, go on without a code.
code-over = This code has ended. Go on without a code, or try another one.
code-used-up = This code has been used as often as it can be. Go on without a code, or try another one.
code-other-types = This code is for other rates. Choose another rate, or go on without a code.
code-below-minimum = This code is for orders from { $least }. Add places, or go on without a code.
code-used-before = This code was used before by the same person. Remove it to go on.
code-not-first = This code is for a first order with this organizer, and this address has ordered before. Remove it to go on.
code-payment-begun = A payment for this price is under way, so the code can’t change any more. Finish the payment, or give these places back and start again.
full-price = Without discount
discount-of = Discount { $code }

office-codes = Promo codes
office-no-codes = No promo codes so far.
office-code-new = New code
office-code = Code { $code }
office-code-make = Make the code
office-code-all-events = All events
office-code-off = Discount
office-code-terms = Terms
office-code-orders = Orders
office-code-since = From { $date }
office-code-till = Until { $date }
office-code-good = Valid
office-code-early = Not yet
office-code-used-up = Used up
office-code-over = Ended
office-code-help = What buyers type, in capitals or not. A link can bring it too: add ?code= and the code to the event’s address.
office-code-kind = Kind of discount
office-code-percent = Part of the price, in percent
office-code-amount = Amount per order
office-code-off-help = 10 for 10%, 5.00 for an amount.
office-code-types = Rates it is for
office-code-types-help = Without a choice it is for all.
office-code-minimum = Orders from
office-code-minimum-help = Price of the order before the discount.
office-code-from = Valid from
office-code-until = Valid until
office-code-uses = Orders in all, at most
office-code-uses-help = A cart counts as one while it lasts.
office-code-each = Orders per person, at most
office-code-each-help = By account or e-mail address.
office-code-first = Only for a first order with you
office-code-means = An order keeps the price that it was taken at, also when the code changes or ends afterwards. A refund does not give the use back.
office-code-taken = Orders with this code: { $count }
office-code-end = End the code
office-code-is-over = This code has ended. Make another one to go on.
office-wrong-code = Write 3 to 40 letters, digits, hyphens or dots.
office-wrong-code-used = Another valid code has this name. End that one, or choose another word.
office-wrong-code-ended = This code was ended meanwhile. Make another one.
office-wrong-code-off = Write a percentage up to 100, such as 10 or 12.5, or an amount such as 5.00.
office-wrong-code-minimum = Write an amount such as 50.00, or nothing.
office-wrong-code-until = Write an end after the start, or nothing.
office-wrong-code-uses = Write a number from 1 on, or nothing.
office-wrong-code-taken = { $taken } orders have this code: write { $taken } or more.
office-wrong-code-types = Choose rates of this event.

code-opens = This code opens: { $types }.
extras = With your places
rate-group = { $price } a place from { $from } places
problem-needs-other = This rate goes with a place. Nothing was booked. Choose a place too.
donation = Donation
donation-label = A donation to the organizer, if you like
donation-add = Add
donation-help = Without a ticket and without VAT. It is given back if the organizer refunds the whole order.
donation-wrong = Write an amount such as 5.00, up to 10,000.00, or nothing.
office-type-least = Places per order, at least
office-type-group = Group price from so many places
office-type-each = Price of a place in a group
office-type-access = Access code
office-type-access-help = With a code, this rate is neither shown nor sold to anyone who doesn’t type it. A link can bring it, by ?code=.
office-type-needs = Only with another place (programme, drink). A ticket is issued: give it its gate, or else it lets in.
office-donation = Offer a donation at the payment
office-wrong-least = Write a number from 1 to the most per order.
office-wrong-group = Write a number from 2 to 100 and the price of a place, or nothing.
office-wrong-group-price = Write a price such as 15.00, with the number of places.
office-wrong-access = Write 3 to 40 letters, digits, hyphens or dots, or nothing.
rate-least = { $count ->
    [one] at least { $count } place
   *[other] at least { $count } places
}
problem-under-limit = { $count ->
    [one] At least { $count } place per order at this rate. Nothing was booked.
   *[other] At least { $count } places per order at this rate. Nothing was booked.
}
