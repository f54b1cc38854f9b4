# Los correos. Espacios duros (U+00A0) entre un número y su palabra.

mail-hello = Hola, { $name }:
mail-date = Fecha
mail-place = Lugar
mail-doors = Puertas
mail-order = Pedido
mail-calendar = La fecha va adjunta, para su agenda.
mail-ticket = Entrada { $no }
mail-ticket-open = Abrir esta entrada
mail-more-codes = Los demás códigos están en el PDF adjunto y en la página de su pedido.
mail-rotating = El código de esta entrada cambia cada 15 segundos: ábrala en su teléfono en la puerta.
mail-file-tickets = entradas
mail-file-calendar = agenda
mail-link-instead = Si el botón no se abre, copie esta dirección:
mail-why-buyer = Recibe este correo porque ha pedido entradas con esta dirección.
mail-why-account = Recibe este correo porque una cuenta tiene esta dirección.

mail-verify-subject = Confirme su dirección
mail-verify-text = Se acaba de crear una cuenta de Ticket Hub con esta dirección. Confirme que es suya; el enlace es válido durante 7 días.
mail-verify-not-you = Si no ha sido usted, no haga nada.
mail-verify-do = Confirmar mi dirección

mail-invitation-subject = { $organizer } le invita a su equipo
mail-invitation-text = { $inviter } le invita a unirse al equipo de { $organizer } en Ticket Hub, con la función «{ $role }». El enlace vale 7 días y una sola vez.
mail-invitation-not-you = Si no conoce a este organizador, no haga nada.
mail-invitation-do = Unirse al equipo
mail-why-invitation = Recibe este correo porque { $organizer } dio esta dirección para invitarle.

mail-reset-subject = Su nueva contraseña
mail-reset-text = Se ha pedido una nueva contraseña para su cuenta. Elíjala con este enlace, válido una hora y una sola vez.
mail-reset-not-you = Si no ha sido usted, no haga nada: la anterior sigue siendo válida.
mail-reset-do = Elegir una contraseña

mail-login-subject = Su enlace para entrar
mail-login-text = Este enlace le da acceso a Ticket Hub, una sola vez, durante 15 minutos.
mail-login-not-you = Si no lo ha pedido, no haga nada: nadie entra sin este enlace.
mail-login-do = Entrar

mail-tickets-subject = Sus entradas para { $title }
mail-tickets-text = { $places } para { $title }, { $when }. Pedido { $code }.
mail-tickets-show = En la puerta, muestre el código en su teléfono o en papel. Un solo acceso por entrada: no la comparta.
mail-tickets-do = Ver mis entradas
mail-tickets-print = Entradas para imprimir (PDF)
mail-places = { $count ->
    [one] { $count } entrada
   *[other] { $count } entradas
}

mail-refund-subject = Reembolso del pedido { $code }
mail-refund-whole = Le reembolsamos { $amount }, la totalidad del pedido { $code }.
mail-refund-part = Le reembolsamos { $amount }, una parte del pedido { $code }.
mail-refund-any = Le reembolsamos { $amount } por el pedido { $code }.
mail-refund-after = El importe llega en unos días al medio de pago utilizado. Las entradas reembolsadas ya no permiten el acceso.
mail-refund-do = Ver mi pedido

mail-ended-subject = Entradas anuladas del pedido { $code }
mail-ended-text = Se han anulado entradas del pedido { $code }, sin reembolso.
mail-ended-after = Las entradas anuladas ya no permiten el acceso.
mail-ended-do = Ver el pedido

mail-changed-subject = Cambio en { $title }
mail-changed-text = El organizador ha cambiado la fecha o el lugar de { $title }. Sus entradas siguen siendo válidas: estas sustituyen a las anteriores.
mail-changed-before = Antes
mail-changed-now = Ahora
mail-changed-cannot = Si ya no puede venir, escriba al organizador antes del evento.

mail-cancelled-subject = { $title } se cancela
mail-cancelled-text = { $title }, { $when }, no tendrá lugar. Las entradas del pedido { $code } ya no permiten el acceso.
mail-cancelled-money = El organizador le reembolsa según sus condiciones; un correo se lo dirá. Guarde su número de pedido.

mail-reminder-subject = Mañana: { $title }
mail-reminder-text = Falta poco: { $title }, { $when }. Tiene { $places }.

mail-cart-subject-1 = Sus plazas para { $title } le esperan
mail-cart-subject-2 = Aún quedan plazas para { $title }
mail-cart-subject-3 = Último recordatorio para { $title }
mail-cart-text-1 = Había elegido plazas para { $title }, { $when }, sin terminar el pedido. No se le ha cobrado nada y sus plazas se han devuelto. Puede tomar otras si quedan.
mail-cart-text-2 = Quedan plazas para { $title }, { $when }. Siga con su pedido donde lo dejó.
mail-cart-text-3 = { $title }, { $when }: este es el último correo que le enviamos sobre este pedido.
mail-cart-do = Volver a tomar plazas
mail-why-cart = Recibe este recordatorio porque lo pidió al reservar.
mail-stop = No recibir más recordatorios

sms-tickets = Sus entradas para { $title }, { $day } { $month }, puertas a las { $time }: { $link }
sms-reminder = Es mañana: { $title }, puertas a las { $time }. Sus entradas: { $link }
