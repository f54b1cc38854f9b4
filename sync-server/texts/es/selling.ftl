# Códigos promocionales y lo que acompaña a una tarifa.

percent-of = { $rate } %
code-have = Tengo un código
code-label = Código
code-apply = Aplicar
code-remove = Quitar
code-applied = Código { $code } aplicado
code-takes = { $code }: { $off } de descuento.
code-for-types = Para: { $types }.
code-from = A partir de { $least } por pedido.
code-first-order = Para un primer pedido.
code-deducted = código descontado
code-unknown = Este código no existe para este evento. Compruébelo o siga sin código.
code-not-yet = Este código será válido a partir del { $date }. Hasta entonces, siga sin código.
code-over = Este código ha terminado. Siga sin código o pruebe otro.
code-used-up = Este código ya se ha usado tantas veces como estaba previsto. Siga sin código o pruebe otro.
code-other-types = Este código vale para otras tarifas. Elija otra tarifa o siga sin código.
code-below-minimum = Este código vale para pedidos a partir de { $least }. Añada plazas o siga sin código.
code-used-before = Esta persona ya ha usado este código. Quítelo para seguir.
code-not-first = Este código es para un primer pedido con este organizador, y esta dirección ya ha comprado. Quítelo para seguir.
code-payment-begun = Hay un pago en curso por este precio: el código ya no puede cambiar. Termine el pago, o devuelva estas plazas y empiece de nuevo.
full-price = Sin descuento
discount-of = Descuento { $code }

office-codes = Códigos promocionales
office-no-codes = Ningún código por ahora.
office-code-new = Nuevo código
office-code = Código { $code }
office-code-make = Crear el código
office-code-all-events = Todos los eventos
office-code-off = Descuento
office-code-terms = Condiciones
office-code-orders = Pedidos
office-code-since = Desde el { $date }
office-code-till = Hasta el { $date }
office-code-good = Válido
office-code-early = Todavía no
office-code-used-up = Agotado
office-code-over = Terminado
office-code-help = Lo que escriben los compradores, en mayúsculas o no. También puede venir en un enlace: añada ?code= y el código a la dirección del evento.
office-code-kind = Tipo de descuento
office-code-percent = Porcentaje del precio
office-code-amount = Importe por pedido
office-code-off-help = 10 para el 10 %, 5,00 para un importe.
office-code-types = Tarifas
office-code-types-help = Sin elección, vale para todas.
office-code-minimum = Pedido mínimo
office-code-minimum-help = Precio del pedido antes del descuento.
office-code-from = Válido desde
office-code-until = Válido hasta
office-code-uses = Pedidos en total, como máximo
office-code-uses-help = Un carrito cuenta como uno mientras dura.
office-code-each = Pedidos por persona, como máximo
office-code-each-help = Por cuenta o dirección de correo.
office-code-first = Solo para un primer pedido con usted
office-code-means = Un pedido conserva el precio con el que se hizo, aunque el código cambie o termine después. Un reembolso no devuelve el uso.
office-code-taken = Pedidos con este código: { $count }
office-code-end = Terminar el código
office-code-is-over = Este código ha terminado. Cree otro para seguir.
office-wrong-code = Escriba de 3 a 40 letras, cifras, guiones o puntos.
office-wrong-code-used = Otro código válido ya se llama así. Termínelo o elija otra palabra.
office-wrong-code-ended = Este código terminó entretanto. Cree otro.
office-wrong-code-off = Escriba un porcentaje hasta 100, como 10 o 12,5, o un importe como 5,00.
office-wrong-code-minimum = Escriba un importe como 50,00, o nada.
office-wrong-code-until = Escriba un final posterior al inicio, o nada.
office-wrong-code-uses = Escriba un número a partir de 1, o nada.
office-wrong-code-taken = { $taken } pedidos tienen este código: escriba { $taken } o más.
office-wrong-code-types = Elija tarifas de este evento.

code-opens = Este código abre: { $types }.
extras = Con sus plazas
rate-group = { $price } por plaza desde { $from } plazas
problem-needs-other = Esta tarifa va con una plaza. No se ha reservado nada. Elija también una plaza.
donation = Donativo
donation-label = Un donativo al organizador, si lo desea
donation-add = Añadir
donation-help = Sin entrada y sin IVA. Se devuelve si el organizador reembolsa todo el pedido.
donation-wrong = Escriba un importe como 5,00, hasta 10.000,00, o nada.
office-type-least = Plazas por pedido, como mínimo
office-type-group = Precio de grupo desde tantas plazas
office-type-each = Precio por plaza en grupo
office-type-access = Código de acceso
office-type-access-help = Con un código, esta tarifa no se muestra ni se vende a quien no lo escribe. Puede venir en un enlace, con ?code=.
office-type-needs = Solo con otra plaza (programa, bebida). Se emite una entrada: asígnele su puerta; si no, deja entrar.
office-donation = Proponer un donativo al pagar
office-wrong-least = Escriba un número de 1 al máximo por pedido.
office-wrong-group = Escriba un número de 2 a 100 y el precio por plaza, o nada.
office-wrong-group-price = Escriba un precio como 15,00, con el número de plazas.
office-wrong-access = Escriba de 3 a 40 letras, cifras, guiones o puntos, o nada.
rate-least = { $count ->
    [one] { $count } plaza como mínimo
   *[other] { $count } plazas como mínimo
}
problem-under-limit = { $count ->
    [one] Al menos { $count } plaza por pedido en esta tarifa. No se ha reservado nada.
   *[other] Al menos { $count } plazas por pedido en esta tarifa. No se ha reservado nada.
}
