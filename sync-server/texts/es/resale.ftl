# Una entrada puesta otra vez a la venta, para la lista de espera.

after-resale = Poner en reventa
after-resale-means = Su entrada se ofrece a la lista de espera, al precio que pagó o menos. Sigue siendo válida hasta que alguien recibe una oferta, y entonces queda bloqueada mientras decide. Si paga, se le reembolsa a usted; si no, vuelve a ser válida.
after-resale-do = Poner a la venta
after-resale-done = Su entrada está en reventa. Sigue siendo válida hasta que alguien reciba una oferta.
after-resale-open = En reventa. Sigue siendo válida hasta que alguien reciba una oferta.
after-resale-offered = Ofrecida a alguien hasta el { $until }. Hasta entonces no abre la puerta.
after-resale-stops = Si nadie la toma, vuelve a ser válida y ya no está en reventa.
after-resale-back = Nadie la ha tomado. Vuelve a ser válida en un momento.
after-resale-sold = Revendida. Se le reembolsa, un correo se lo confirma.
after-resale-keep = Retirar de la reventa
after-resale-kept = Su entrada ya no está en reventa.
after-resale-kept-later = Alguien ha recibido una oferta por esta entrada. Si no la toma, vuelve a ser válida y ya no está en reventa.
after-resale-late = Esta entrada ya está revendida, o ya no estaba en reventa. No ha cambiado nada.
after-no-on-sale = Esta entrada está en reventa. Retírela primero.
after-no-resale = El organizador no lo permite para este evento. Escríbale si no puede venir.
ticket-on-sale = En reventa para la lista de espera. Sigue siendo válida hasta que alguien reciba una oferta.
ticket-offered = Esta entrada se ofrece a alguien hasta el { $until }. Si no la toma, vuelve a ser válida.
ticket-resold = Esta entrada está revendida y ya no abre la puerta.
resale-reason = Entrada revendida por la lista de espera
mail-resold-subject = Su entrada está revendida: { $title }
mail-resold-text = Su entrada { $ticket } del pedido { $code } para { $title } está revendida. Ya no abre la puerta.
mail-resold-back = { $amount } vuelven al medio de pago utilizado. Un correo le dirá cuándo está hecho.
office-terms-resale = El comprador puede poner una entrada en reventa
office-terms-resale-help = Para quien espera, al precio pagado o menos. Se le reembolsa cuando la plaza está pagada.
