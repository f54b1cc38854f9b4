# Tickets that are kept on the device.

pocket-title = My tickets on this device
pocket-lead = Once opened here, your tickets show without a network, too.
pocket-empty = No ticket here yet. Open the link in your confirmation e-mail: its tickets stay on this device.
pocket-instead = No network, and this page is not on this device. A ticket whose code changes every 15 seconds always needs a network: look for the Wi-Fi, or give your name at the desk.
pocket-install = Add to the home screen
ticket-kept = This ticket opens without a network, too, on this device.
pocket-description = Your tickets, without a network too.

wallet-apple = Add to Apple Wallet
wallet-google = Add to Google Wallet
wallet-event = Event
wallet-doors = Doors
wallet-starts = Starts
wallet-place = Place
wallet-type = Ticket
wallet-holder = Name
wallet-number = Number
wallet-order = Order

text-me = Get the link by text message
text-me-help = For this link and a reminder the day before, nothing else. Start with + and the country code.
text-me-send = Send a text message
text-me-sent = Text message sent to the number ending in { $digits }.
text-me-wrong = This is not a mobile number. Start with + and the country code.
text-me-too-often = Three text messages were sent for this order. The link in your email opens your tickets too.
