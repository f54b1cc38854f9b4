# Las entradas guardadas en el dispositivo.

pocket-title = Mis entradas en este dispositivo
pocket-lead = Una vez abiertas aquí, sus entradas se muestran también sin red.
pocket-empty = Todavía no hay entradas aquí. Abra el enlace de su correo de confirmación: sus entradas quedan en este dispositivo.
pocket-instead = Sin red, y esta página no está en este dispositivo. Una entrada cuyo código cambia cada 15 segundos siempre necesita la red: acérquese al wifi o diga su nombre en recepción.
pocket-install = Añadir a la pantalla de inicio
ticket-kept = Esta entrada se abre también sin red, en este dispositivo.
pocket-description = Sus entradas, también sin red.

wallet-apple = Añadir a Apple Wallet
wallet-google = Añadir a Google Wallet
wallet-event = Evento
wallet-doors = Puertas
wallet-starts = Comienzo
wallet-place = Lugar
wallet-type = Tarifa
wallet-holder = A nombre de
wallet-number = Número
wallet-order = Pedido

text-me = Recibir el enlace por SMS
text-me-help = Para este enlace y un recordatorio el día antes, nada más. Empiece por + y el prefijo del país.
text-me-send = Enviar por SMS
text-me-sent = SMS enviado al número que termina en { $digits }.
text-me-wrong = No es un número de móvil. Empiece por + y el prefijo del país.
text-me-too-often = Se han enviado tres SMS para este pedido. El enlace de su correo también abre sus entradas.
