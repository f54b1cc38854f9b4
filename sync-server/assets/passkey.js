// Asks a device for a passkey: a form with `data-passkey` is shown where the browser and this address can do it; when it is sent,
// the server's question goes to the device, and the device's answer goes along. Without it one logs in by password or mail.
"use strict";

const base64url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const { host } = form.dataset;
  if (!window.PublicKeyCredential || !(location.hostname === host || location.hostname.endsWith(`.${host}`))) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    const button = form.querySelector("button");
    tell(form, "");
    button.disabled = true;
    answer(form)
      .then(() => form.requestSubmit())
      .catch((failure) => tell(form, failure.told ?? form.dataset.failed))
      .finally(() => (button.disabled = false));
  });
}

// Back from the next page: an answer is good once.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-passkey]")) form.elements.credential.value = "";
});

function tell(form, sentence) {
  const note = form.querySelector("[role=alert]");
  note.querySelector("strong").textContent = sentence;
  note.hidden = sentence === "";
}

async function answer(form) {
  const asked = await fetch(form.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const { challenge, problem } = await asked.json();
  if (!challenge) throw Object.assign(new Error("refused"), { told: problem });
  const options = whole(challenge.options.publicKey);
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey: options });
  form.elements.token.value = challenge.token;
  form.elements.credential.value = JSON.stringify(plain(credential));
}

/** What the server wrote as text, as browsers want it. */
function whole(options) {
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  };
}

function plain({ id, rawId, type, response }) {
  const answer = { clientDataJSON: base64url(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) answer[part] = base64url(response[part]);
  }
  return { id, rawId: base64url(rawId), type, response: answer, clientExtensionResults: {} };
}
