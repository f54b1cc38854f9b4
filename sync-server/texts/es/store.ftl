# La taquilla.

home-link = inicio
log-in = Iniciar sesión
log-out = Cerrar sesión
languages = Idiomas
developers = Desarrolladores
developers-title = La API
developers-lead = Descrita por completo, para programas:
back-home = Volver a la cartelera

home-title = En cartel
home-description = Conciertos, teatro, deporte, exposiciones: sus entradas en tres toques, gastos incluidos.
search = Buscar
search-words = Artista, sala, equipo
search-city = Ciudad
search-date = A partir del
search-category = Género
search-any = Todos los géneros
search-wrong = No se ha entendido esta búsqueda: compruebe la fecha. Esto es todo lo que viene.
when = Cuándo
when-any = Todas las fechas
when-tonight = Esta noche
when-week = Siete días
when-weekend = Fin de semana
home-next = Próximamente
home-found = Encontrado
home-none = Ningún evento por ahora.
home-none-found = Nada coincide con esta búsqueda.
home-all = Mostrar todo
home-more = Ver más
book-from = Reservar desde { $price }
book-free = Reservar, es gratis
see-event = Ver el evento
from-price = desde { $price }
free = Gratis
fees-included = Gastos incluidos.
category-concert = Concierto
category-theatre = Teatro
category-sport = Deporte
category-expo = Exposición
category-club = Club
category-musique = Música
category-humour = Humor

event-description = { $title }, { $when }, { $place }. Entradas, gastos incluidos.
event-date = Fecha
event-place = Lugar
event-times = Puertas { $doors }, comienzo { $starts }
event-starts = Comienzo { $starts }
event-map = Mapa
event-organizer = Organizado por { $name }
event-test = Evento de prueba: estas entradas no dejan entrar a ningún sitio.
choose-title = Sus entradas
choose-places = Cuántas
choose-fewer = Una menos
choose-more = Una más
rate-price = Gastos incluidos
rate-vat = Gastos incluidos, de ellos { $vat } de IVA ({ $rate } %)
rate-out = Agotado
rate-later = A la venta a partir del { $date }
rate-over = Venta terminada
reserve = Reservar
your-choice = Su elección
event-cancelled = Este evento está cancelado. Ya no se venden entradas; se avisa a los compradores por correo.
event-over = Este evento ya pasó.
event-nothing = Por ahora no hay entradas a la venta.
event-all-out = Agotado. Vuelven entradas cuando un carrito no se paga: mire de nuevo en unos minutos.
problem-sold-out = No quedan bastantes entradas de esta tarifa. No se ha reservado nada. Tome menos o elija otra tarifa.
problem-not-on-sale = Esta tarifa no está a la venta ahora. No se ha reservado nada. Elija otra.
problem-choose = Elija una tarifa y cuántas entradas. No se ha reservado nada.

queue-title = Sala de espera
queue-text = Mucha gente está reservando ahora mismo. Su lugar en la cola está guardado. Deje esta página abierta: se recarga sola.
queue-ahead = { $count ->
    [one] { $count } persona antes que usted
   *[other] { $count } personas antes que usted
}
queue-soon = Menos de un minuto
queue-minutes = Unos { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
queue-turn-title = Es su turno
queue-turn-text = Reserve ahora: sus entradas quedan guardadas en cuanto pulse.
queue-closed-title = Ya no queda nada que reservar
queue-back = Volver al evento

pay-title = Pago
pay-back = Devolver estas entradas y volver
hold-until = Sus entradas están guardadas hasta las { $time }
pay-total = Total, gastos incluidos
pay-vat = de ello, IVA
pay-email = Correo, para recibir las entradas
pay-name = Nombre y apellidos
pay-remind = Recordarme estas plazas por correo si no termino: tres mensajes como máximo.
pay-means = Pagar con
means-accept = Tarjeta de prueba, aceptada
means-decline = Tarjeta de prueba, rechazada
means-delay = Tarjeta de prueba, lenta
means-card = Tarjeta bancaria, en la página segura de Stripe
means-test = Servidor de prueba: no se cobra nada.
pay-button = Pagar { $amount }
pay-free-button = Confirmar, gratis
error-email = Escriba una dirección como camille@example.org.
error-name = Escriba un nombre, de 200 letras como máximo.
problem-declined = El banco ha rechazado el pago. No se ha cobrado nada. Pruebe otra tarjeta: sus entradas siguen guardadas.
problem-means = Aquí no existe ese medio de pago. No se ha cobrado nada. Elija otro.
problem-no-paying = Ahora mismo no se puede pagar y no se ha cobrado nada. Inténtelo dentro de un momento: sus plazas siguen guardadas hasta que acabe el plazo.
problem-too-many = Demasiados intentos de pago. No se ha cobrado nada. Espere un minuto: sus entradas siguen guardadas.

expired-title = Sus entradas se han devuelto
expired-text = El tiempo para pagar ha terminado. No se ha cobrado nada. Puede volver a tomar entradas si quedan.
take-again = Volver a tomar entradas
cancelled-title = Pedido abandonado
cancelled-text = Estas entradas se han devuelto. No se ha cobrado nada.
returned-title = El pago llegó demasiado tarde
returned-text = Las entradas ya se habían ido. No tiene entrada y se le devuelve todo el dinero.
unsure-title = El banco no responde
unsure-text = Aún no sabemos si el pago se ha hecho. No pague otra vez: mire su pedido en un momento.
see-order = Ver mi pedido
refunded-title = Pedido reembolsado
refunded-text = Se le han devuelto { $amount }. Estas entradas ya no valen.
pending-title = Pago en curso
pending-text = El banco aún no ha respondido. Esta página se recarga sola. Sus entradas siguen guardadas hasta las { $time }.
pay-otherwise = Pagar de otra forma
waiting-title = Pago recibido
waiting-text = Sus entradas se están preparando, unos segundos por lo general. Esta página se recarga sola; también salen por correo.
done-title = Está reservado
done-for = para { $title }, { $when }, { $place }.
see-tickets = Ver mis entradas
your-tickets = Sus entradas
sent-to = Enviadas a
order-code = Pedido
paid = Pagado
refunded = Devuelto
ticket-of = Entrada { $no } de { $count }
ticket-title = Entrada
ticket-qr = Código QR de la entrada { $code }
ticket-doors = Puertas
ticket-price = Precio
ticket-number = Entrada
ticket-code = Código
ticket-bright = Suba el brillo de la pantalla en la entrada.
ticket-previous = Entrada anterior
ticket-next = Entrada siguiente
ticket-back = Volver al pedido
ticket-rotating = Este código cambia cada 15 segundos: una captura de pantalla no deja entrar. Deje abierta esta página, se recarga sola.
ticket-refunded = Esta entrada está reembolsada: ya no vale.
ticket-cancelled = Esta entrada está anulada: ya no vale.
ticket-blocked = Esta entrada está bloqueada. Escriba al organizador antes de venir.

stop-title = Dejar de recibir recordatorios
stop-text = { $address } no recibirá más recordatorios de un pedido sin terminar. Las entradas y los cambios de un evento siguen llegando.
stop-done = Hecho: { $address } ya no recibe recordatorios.
stop-button = No recibir más recordatorios

rate-left = { $count ->
    [one] Queda { $count }
   *[other] Quedan { $count }
}
sum-places = { $count ->
    [one] { $count } entrada, gastos incluidos
   *[other] { $count } entradas, gastos incluidos
}
places-count = { $count ->
    [one] { $count } entrada
   *[other] { $count } entradas
}
problem-over-limit = { $count ->
    [one] Como máximo { $count } entrada por pedido de esta tarifa. No se ha reservado nada.
   *[other] Como máximo { $count } entradas por pedido de esta tarifa. No se ha reservado nada.
}
errors-count = { $count ->
    [one] { $count } campo por corregir. No se ha cobrado nada.
   *[other] { $count } campos por corregir. No se ha cobrado nada.
}
hold-minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
