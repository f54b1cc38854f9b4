# La lista de espera, y lo que se hace con una entrada después de comprarla.

line-title = Lista de espera
line-out = Agotado. Apúntese a la lista de espera: vuelven plazas, y se guardan para quien espera.
line-lead = Cuando vuelven plazas, se guardan para usted unas horas y un correo se lo dice, por orden de inscripción. Hasta entonces no se paga nada.
line-type = Tarifa
line-consent = Acepto recibir un correo cuando vuelvan plazas. Mi dirección no sirve para nada más.
line-join = Apuntarme a la lista de espera
line-wrong-type = Elija una tarifa agotada.
line-wrong-consent = Marque esta casilla: sin correo no podemos avisarle.
line-wrong-places = { $count ->
    [one] Como máximo { $count } plaza de esta tarifa.
   *[other] De 1 a { $count } plazas de esta tarifa.
}
line-wrong-least = { $count ->
    [one] Como mínimo { $count } plaza de esta tarifa.
   *[other] Como mínimo { $count } plazas de esta tarifa.
}
line-errors = { $count ->
    [one] { $count } campo que corregir. Todavía no está en la lista.
   *[other] { $count } campos que corregir. Todavía no está en la lista.
}
line-full = Esta lista de espera está llena. No está apuntado. Vuelva a mirar la página del evento más tarde.
line-asked-title = Mire su correo
line-asked-text = Un enlace le espera en su buzón. Su turno cuenta desde que lo abre y confirma.
line-confirm-title = Confirmar su inscripción
line-confirm-text = Último paso: su puesto en la lista cuenta desde ahora.
line-confirm = Confirmar
line-in-title = Está en la lista de espera
line-in-text = { $count ->
    [0] Es la primera persona de la lista. En cuanto vuelvan plazas, un correo se lo dirá. Quien pide menos plazas puede pasar antes.
    [one] { $count } persona delante. En cuanto sea su turno, un correo se lo dirá. Quien pide menos plazas puede pasar antes.
   *[other] { $count } personas delante. En cuanto sea su turno, un correo se lo dirá. Quien pide menos plazas puede pasar antes.
}
line-offer-title = Es su turno
line-offer-text = Sus plazas están guardadas hasta el { $until }. Después irán a la persona siguiente.
line-take = Tomar mis plazas
line-taken-title = Ha tomado sus plazas
line-taken-text = Sus entradas están en el correo de su pedido.
line-missed-title = Su turno ha pasado
line-missed-text = Las plazas guardadas para usted no se tomaron a tiempo. No se ha cobrado nada. Puede apuntarse de nuevo.
line-left-title = Ha dejado la lista
line-left-text = No recibirá más correos sobre estas plazas.
line-leave = Dejar la lista de espera
line-leave-title = Dejar la lista de espera
line-leave-text = Perderá su turno, y las plazas guardadas para usted irán a la persona siguiente.

mail-wait-subject = Confirme su inscripción en la lista de espera: { $title }
mail-wait-text = Quiere { $places } para { $title }, que está agotado. Confirme su dirección: su turno cuenta desde ese momento. Un correo le avisará en cuanto se le guarden plazas.
mail-wait-not-you = Si no ha sido usted, no haga nada: no seguirá ningún otro correo.
mail-wait-do = Confirmar mi inscripción
mail-wait-leave = Dejar la lista de espera
mail-why-wait = Recibe este correo porque esta dirección se apuntó a una lista de espera.
mail-offer-subject = Es su turno: plazas para { $title }
mail-offer-text = Le guardamos { $places } para { $title } hasta el { $until }. Hasta entonces nadie más puede disponer de ello.
mail-offer-next = Después será el turno de la persona siguiente, y no se le cobrará nada.
mail-offer-until = Hasta el
mail-offer-do = Tomar mis plazas

office-line = Lista de espera
office-line-of = Lista de espera, { $title }
office-line-means = Cuando vuelven plazas, se ofrecen por orden de inscripción y se guardan el tiempo que usted fija en las condiciones.
office-line-nobody = Nadie espera por ahora.
office-line-people = Personas
office-line-places = Plazas pedidas
office-line-oldest = Primera inscripción
office-line-offers = Ofertas en curso
office-line-until = Hasta el
office-line-taken = Aceptadas
office-terms = Condiciones
office-terms-of = Condiciones, { $title }
office-terms-saved = Condiciones guardadas.
office-terms-line = Cuando una tarifa está agotada
office-terms-line-open = Se puede entrar en una lista de espera
office-terms-line-closed = Sin lista de espera
office-terms-line-help = Quien ya espera conserva su turno.
office-terms-offer = Una oferta dura
office-terms-offer-help = Después, las plazas van a la persona siguiente.
office-hours = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}

after-open = Reembolsar o cambiar mis entradas
after-title = Mis entradas
after-name = Nombre en la entrada
after-rename = Cambiar el nombre
after-rename-do = Guardar este nombre
after-rename-done = El nombre está cambiado. El control de acceso lo conoce.
after-refund = Reembolso
after-refund-pick = Devolver esta entrada
after-refund-see = Ver mi reembolso
after-refund-fee = Se retienen { $fee } por entrada.
after-refund-none = Marque al menos una entrada que devolver. No se ha reembolsado nada.
after-refund-reason = A petición del comprador, según las condiciones del evento
after-refund-done = Está reembolsado. El importe llega en unos días al medio de pago utilizado.
after-refund-pending = El reembolso está pedido. El banco aún no ha contestado: un correo le dirá cuándo está hecho.
after-refund-refused = El banco rechaza este reembolso. Sus entradas siguen valiendo. Escriba al organizador.
after-sure-title = Devolver estas entradas
after-sure-text = Se le devolverán { $back }. Estas entradas ya no abrirán la puerta, y sus plazas vuelven a la venta.
after-sure-nothing = No se le devolverá ningún importe. Estas entradas ya no abrirán la puerta, y sus plazas vuelven a la venta.
after-sure-fee = Se retienen { $fee }, según las condiciones del evento.
after-sure-do = Devolver estas entradas
after-sure-keep = Conservar mis entradas
after-no-cancelled = El evento está cancelado, y el organizador reembolsa según sus condiciones. Un correo se lo dirá.
after-no-ended = Esta entrada ya no abre la puerta, no queda nada que hacer con ella.
after-no-under-way = Su reembolso está en curso. Un correo le dirá cuándo está hecho.
after-no-entered = Alguien ya ha entrado con esta entrada.
after-no-refund = El organizador no lo permite para este evento. Escríbale si no puede venir.
after-no-rename = El organizador no lo permite para este evento. Escríbale.
after-no-late = Era posible hasta el { $until }. Escriba al organizador.
ended-title = Entradas anuladas
ended-text = Estas entradas ya no abren la puerta.

office-terms-after = Después de la compra
office-terms-never = Nunca
office-terms-doors = Hasta la apertura de puertas
office-terms-hours = { $count ->
    [one] Hasta { $count } hora antes de las puertas
   *[other] Hasta { $count } horas antes de las puertas
}
office-terms-days = { $count ->
    [one] Hasta { $count } día antes de las puertas
   *[other] Hasta { $count } días antes de las puertas
}
office-terms-refund = El comprador puede pedir el reembolso
office-terms-refund-help = Por sí mismo, en la página de su pedido. Usted siempre puede reembolsar.
office-terms-fee = Importe retenido por entrada
office-terms-fee-help = 0 para devolverlo todo.
office-terms-rename = El comprador puede cambiar el nombre de una entrada
office-terms-rename-help = La búsqueda por nombre en las puertas lo sigue.

after-transfer = Transferir a alguien
after-transfer-means = Su entrada queda anulada, y esta persona recibe una nueva por correo, para la misma plaza. Un reembolso sería para usted, y anularía la suya.
after-transfer-do = Transferir esta entrada
after-transfer-done = La entrada está transferida. Su correo ha salido, y la de usted ya no abre la puerta.
after-friend-name = Su nombre y apellidos
after-friend-email = Su dirección de correo
after-given-title = Sus entradas están transferidas
after-given = Entrada transferida a { $friend }: { $ticket }
after-no-transfer = El organizador no lo permite para este evento. Escríbale.
after-no-gift = Esta entrada le fue transferida. Solo quien la pagó puede ser reembolsado: hable con esa persona.
mail-gift-subject = { $giver } le transfiere una entrada para { $title }
mail-gift-text = { $giver } le transfiere una entrada para { $title }. Está a su nombre: la antigua ya no abre la puerta.
mail-why-gift = Recibe este correo porque { $giver } dio su dirección para transferirle una entrada.
mail-given-subject = Entrada transferida para { $title }
mail-given-text = Su entrada { $ticket } del pedido { $code } para { $title } es ahora de { $friend }. La antigua ya no abre la puerta.
mail-given-not-you = Si no ha sido usted, escriba enseguida al organizador con su número de pedido.
office-terms-transfer = El comprador puede transferir una entrada
office-terms-transfer-help = La entrada antigua se anula, la otra persona recibe una nueva.
