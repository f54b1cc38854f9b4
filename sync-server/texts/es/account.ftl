# La cuenta.

account = Mi cuenta
account-you = Usted
account-unverified = Esta dirección aún no está confirmada. El enlace está en su correo.
account-send-check = Enviar de nuevo el enlace
account-language = Idioma de las páginas y los correos
save = Guardar
email = Correo electrónico
password = Contraseña
password-help = Al menos 10 caracteres; unas cuantas palabras seguidas van muy bien.
password-new = Nueva contraseña
password-current = Contraseña actual
password-change = Cambiar la contraseña
password-none = Su cuenta no tiene contraseña. Puede elegir una por correo.
password-choose = Elegir una contraseña
login-title = Iniciar sesión
login-forgot = He olvidado la contraseña
login-new = ¿Aún no tiene cuenta? No hace falta para comprar; guarda sus entradas en un solo sitio.
link-by-mail = Recibir un enlace por correo
link-title = Acceso por correo
link-ask = Sin contraseña: le enviamos un enlace, válido durante 15 minutos.
link-ask-button = Recibir el enlace
link-lead = Va a iniciar sesión con la dirección { $email }.
register-title = Crear una cuenta
register-lead = Sus pedidos y entradas en un solo sitio. Sin publicidad.
register-button = Crear mi cuenta
register-known = ¿Ya tiene una cuenta?
verify-title = Su dirección
verify-lead = Un clic y sabremos que esta dirección es suya.
verify-button = Confirmar mi dirección
verify-done = Su dirección está confirmada.
reset-title = Nueva contraseña
reset-ask = Le enviamos un enlace, válido durante una hora.
reset-ask-button = Recibir el enlace
reset-choose = Al menos 10 caracteres; unas cuantas palabras seguidas van muy bien. Sus sesiones abiertas se cerrarán.
reset-choose-button = Cambiar la contraseña
reset-done = Su contraseña ha cambiado. Todas las sesiones están cerradas.
link-asked = Si existe una cuenta con esta dirección, acaba de salir un enlace. Mire su correo.
error-account-name = Escriba un nombre de 100 letras como máximo.
error-password = Hacen falta entre 10 y 256 caracteres. No se ha cambiado nada.
problem-credentials = El correo o la contraseña no es correcto. Inténtelo de nuevo o pida una nueva contraseña.
problem-known-address = Ya existe una cuenta con esta dirección. Inicie sesión o pida una nueva contraseña.
problem-link = Este enlace ya se usó o ha caducado. No se ha cambiado nada. Pida uno nuevo.
problem-only-owner = Usted es el único propietario de un organizador. Nombre antes a otra persona; no se ha borrado nada.
done-profile = Guardado.
done-password = Su contraseña ha cambiado. Las demás sesiones están cerradas.
done-check = El enlace ha salido. Mire su correo.
done-session = Esa sesión está cerrada.
done-sessions = Las demás sesiones están cerradas.
second-title = Acceso en dos pasos
second-why = Después de la contraseña, un código de su teléfono. Aconsejado a quien gestiona eventos.
second-begin = Activar
second-see = Gestionar
second-badge = Activado
second-lead = Lea esta imagen con una aplicación de códigos (Aegis, 2FAS, Google Authenticator…) y escriba el código que muestra.
second-secret = Sin cámara, escriba esta clave en la aplicación:
second-code-app = Código de seis cifras
second-code = Código de la aplicación o código de recuperación
second-on = Activar el segundo paso
second-off = Desactivar el segundo paso
second-is-on = El segundo paso está activado.
second-paper = Estos son sus códigos de recuperación, para el día en que falte el teléfono. Cada uno sirve una vez. Imprímalos o cópielos: no se mostrarán más.
second-paper-new = Nuevos códigos de recuperación
second-ask = Abra su aplicación de códigos y escriba lo que muestra. Sin teléfono sirve también un código de recuperación.
problem-step-over = Ha tardado demasiado. Inicie sesión de nuevo.
problem-code = Este código no es el del momento o ya se usó. Espere al siguiente.
passkey = Llave de acceso
passkeys-title = Llaves de acceso
passkeys-why = Inicie sesión con el dedo, la cara o el código de su dispositivo, sin contraseña. La llave se queda en el dispositivo y vale por los dos pasos.
passkey-log-in = Iniciar sesión con una llave de acceso
passkey-add = Añadir una llave de acceso
passkey-name = Nombre de la llave
passkey-name-help = Para reconocerla: «Teléfono de Camille», «Llave de la oficina».
passkey-rename = Cambiar el nombre
passkey-remove = Quitar
passkey-remove-named = Quitar { $name }
passkey-since = Añadida el { $when }
passkey-used = Última sesión el { $when }
passkey-script = Para añadir una, permita JavaScript en su navegador.
passkey-failed = No ha pasado nada: el dispositivo no tiene llave para este sitio, o se cerró la pregunta. Vuelva a intentarlo o inicie sesión de otra manera.
problem-passkey = Esta llave de acceso no abre ninguna cuenta aquí. Inicie sesión con contraseña o por correo y añádala después en su cuenta.
problem-passkey-over = Ha tardado demasiado, no se ha añadido nada. Empiece de nuevo.
problem-passkey-new = El dispositivo no ha dado ninguna llave que podamos guardar. No se ha añadido nada; pruebe con otro dispositivo.
problem-passkey-many = Ya tiene veinte llaves de acceso. Quite una primero.
done-passkey = Su llave de acceso está añadida.
done-passkey-gone = Esta llave de acceso ya no abre su cuenta. Bórrela también en el dispositivo.
elsewhere-go = Continuar con { $provider }
elsewhere-title = Iniciar sesión con otra cuenta
elsewhere-why = Una cuenta que ya tiene en otro sitio puede abrir esta. De ella solo recibimos su nombre y su dirección.
elsewhere-since = Vinculada el { $when }
elsewhere-part = Desvincular
elsewhere-part-named = Desvincular { $provider }
joined-title = Iniciar sesión con { $provider }
joined-join = ¿Vincular { $provider } con su cuenta { $account }? Después podrá iniciar sesión así.
joined-join-button = Vincular { $provider }
joined-not = No vincular
joined-make = { $provider } confirma que usted es { $email }. Todavía no hay ninguna cuenta con esta dirección; ¿quiere crear una?
joined-log-in = Ya existe una cuenta con la dirección { $email }. Para vincular { $provider }, inicie sesión una vez como de costumbre: así nadie más puede entrar.
joined-no-email = { $provider } no nos ha dado ninguna dirección de correo. Cree una cuenta o inicie sesión; después podrá vincularla.
done-joined = Las dos cuentas están vinculadas.
done-parted = Esa cuenta ya no abre la suya.
problem-oidc-declined = { $provider } no ha confirmado el inicio de sesión. Vuelva a intentarlo o inicie sesión de otra manera.
problem-oidc-away = { $provider } no responde como debe en este momento. Vuelva a intentarlo más tarde o inicie sesión de otra manera.
problem-oidc-refused = La respuesta de { $provider } no es buena, no se ha iniciado ninguna sesión. Empiece de nuevo.
problem-oidc-joined = Esa otra cuenta ya está vinculada con otra cuenta de aquí. No se ha cambiado nada.
invitation-title = Invitación a un equipo
invitation-lead = { $organizer } le invita a su equipo, con la función «{ $role }». { $means }
invitation-join = Unirse al equipo
invitation-known = Su dirección ya tiene una cuenta. Inicie sesión y acepte después la invitación.
invitation-another = Esta invitación es para otra dirección que la de su cuenta. Cierre la sesión y abra de nuevo el enlace.
invitation-over = Pida una nueva invitación a la persona que se la envió.
problem-invitation = Esta invitación ya se usó, fue retirada o ha caducado.
sessions-title = Sesiones
session-this = Este dispositivo
session-since = Desde { $when }
session-end = Cerrar
sessions-end-others = Cerrar todas las demás
session-browser = Navegador
session-program = Programa
data-title = Sus datos
data-lead = Todo lo que guardamos de usted, en un archivo que los programas pueden leer.
data-export = Descargar mis datos
erase-title = Borrar mi cuenta
erase-what = Su nombre, su dirección, su contraseña, sus sesiones y sus derechos con los organizadores se borran enseguida. Nadie puede deshacerlo.
erase-kept = La ley nos obliga a guardar diez años los pedidos pagados, con el nombre y la dirección dados al comprar (código de comercio francés, artículo L123-22).
erase-tickets = Sus entradas siguen siendo válidas: se abren con el enlace del correo.
erase-button = Borrar definitivamente
erase-no-password = Para estar seguros de que es usted, pedimos su contraseña. Esta cuenta no tiene: elija una primero.
erase-back = Conservar mi cuenta
erased-title = Su cuenta está borrada
erased-text = Sus entradas siguen siendo válidas con el enlace del correo. Adiós y gracias.
orders-title = Pedidos y entradas
orders-none = Nada por ahora. Lo que compre con la sesión iniciada llega a esta página.
orders-take = Añadir a mi cuenta
orders-unverified = Confirme su dirección para encontrar aquí lo que compró sin cuenta. El enlace está en su correo.
orders-refunded = Reembolsado
orders-more = Pedidos anteriores
order-keep = Añadir a mi cuenta
order-keep-login = Iniciar sesión para guardar este pedido en mi cuenta

problem-tries = { $count ->
    [one] Demasiados intentos para esta cuenta. Inténtelo de nuevo en { $count } segundo.
   *[other] Demasiados intentos para esta cuenta. Inténtelo de nuevo en { $count } segundos.
}
second-left = { $count ->
    [one] Queda { $count } código de recuperación.
   *[other] Quedan { $count } códigos de recuperación.
}
fields-count = { $count ->
    [one] { $count } campo por corregir. No se ha guardado nada.
   *[other] { $count } campos por corregir. No se ha guardado nada.
}
orders-found = { $count ->
    [one] Se hizo { $count } pedido sin cuenta con su dirección.
   *[other] Se hicieron { $count } pedidos sin cuenta con su dirección.
}
