# Las entradas guardadas en el dispositivo.

pocket-title = Mis entradas en este dispositivo
pocket-lead = Una vez abiertas aquí, sus entradas se muestran también sin red.
pocket-empty = Todavía no hay entradas aquí. Abra el enlace de su correo de confirmación: sus entradas quedan en este dispositivo.
pocket-instead = Sin red, y esta página no está en este dispositivo. Una entrada cuyo código cambia cada 15 segundos siempre necesita la red: acérquese al wifi o diga su nombre en recepción.
pocket-install = Añadir a la pantalla de inicio
ticket-kept = Esta entrada se abre también sin red, en este dispositivo.
pocket-description = Sus entradas, también sin red.
