// node provider.mjs PORT REDIRECT CLIENT SECRET: a certified provider of log-ins, for the server's tests. Anybody who types a name at it
// is that person. It says `ready` and ends with its standard input.
import Provider from "oidc-provider";

const [port, redirect, client_id, client_secret] = process.argv.slice(2);
const person = (sub) => ({ sub, email: `${sub}@example.org`, email_verified: true, name: `${sub} Ruiz` });
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id, client_secret, redirect_uris: [redirect], response_types: ["code"], grant_types: ["authorization_code"] }],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  // As Google does: all of it in the token.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, accountId) => ({ accountId, claims: () => person(accountId) }),
  cookies: { keys: ["of a test"] },
});
const server = provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
process.stdin.resume().once("end", () => {
  server.close();
  server.closeAllConnections();
});
