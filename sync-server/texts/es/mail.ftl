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

mail-reset-subject = Su nueva contraseña
mail-reset-text = Se ha pedido una nueva contraseña para su cuenta. Elíjala con este enlace, válido una hora y una sola vez.
mail-reset-not-you = Si no ha sido usted, no haga nada: la anterior sigue siendo válida.
mail-reset-do = Elegir una contraseña

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
