# Tickets that are kept on the device.

pocket-title = My tickets on this device
pocket-lead = Once opened here, your tickets show without a network, too.
pocket-empty = No ticket here yet. Open the link in your confirmation e-mail: its tickets stay on this device.
pocket-instead = No network, and this page is not on this device. A ticket whose code changes every 15 seconds always needs a network: look for the Wi-Fi, or give your name at the desk.
pocket-install = Add to the home screen
ticket-kept = This ticket opens without a network, too, on this device.
pocket-description = Your tickets, without a network too.
