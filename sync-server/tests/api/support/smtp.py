"""A mail server for tests: aiosmtpd, which fails as it is told.

Arguments: port, `plain`, `starttls` or `tls`, then certificate, key, user and password where they are needed.
Standard input: one JSON value a line; `null` is only answered, a list is what it does with the next mails, for each one of
  "550 5.7.1 words"  at the end of the mail's content (any code)
  "rcpt 451 words"   at the recipient
  "hang"             takes nothing and says nothing
  "keep-hang"        keeps the mail and says nothing
  "keep-drop"        keeps the mail and ends the connection
Afterwards it takes every mail, but those to nobody@..., which have no mailbox.
Standard output: a line `ready`, then `told` for each line that it has read, and one JSON object a mail that it has kept.
"""

import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Behaviour:
    def __init__(self):
        self.script = []
        self.connections = 0

    def of_next(self):
        return self.script.pop(0) if self.script else ""


class Handler:
    def __init__(self, behaviour, connection, encrypted):
        self.behaviour = behaviour
        self.connection = connection
        self.encrypted = encrypted

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        self.told = self.behaviour.of_next()
        if self.told.startswith("rcpt "):
            return self.told[len("rcpt "):]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        if self.told == "hang":
            await asyncio.Event().wait()
        if self.told and not self.told.startswith("keep-"):
            return self.told
        print(json.dumps({
            "connection": self.connection,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "encrypted": self.encrypted or session.ssl is not None,
            "user": session.auth_data.login.decode() if session.auth_data else None,
            "content": base64.b64encode(envelope.original_content).decode(),
        }), flush=True)
        if self.told == "keep-hang":
            await asyncio.Event().wait()
        if self.told == "keep-drop":
            server.transport.abort()
        return "250 2.0.0 kept"


async def main():
    port, way, *rest = sys.argv[1:]
    context, behaviour = None, Behaviour()
    if way != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(rest[0], rest[1])
    known = tuple(text.encode() for text in rest[2:4])

    def authenticator(server, session, envelope, mechanism, data):
        is_known = isinstance(data, LoginPassword) and (data.login, data.password) == known
        return AuthResult(success=is_known, handled=False, auth_data=data)

    def connection():
        behaviour.connections += 1
        asks = {"authenticator": authenticator, "auth_required": True} if known else {}
        if way == "starttls":
            asks |= {"tls_context": context, "require_starttls": True}
        return SMTP(Handler(behaviour, behaviour.connections, way == "tls"), hostname="localhost",
                    auth_require_tls=way == "starttls", **asks)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(connection, "127.0.0.1", int(port),
                                      ssl=context if way == "tls" else None)
    print("ready", flush=True)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        told = json.loads(line)
        if told is not None:
            behaviour.script = told
        print("told", flush=True)
    server.close()


asyncio.run(main())
