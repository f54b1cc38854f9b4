// A device that keeps passkeys, in the browser.

/** Its owner's finger is on it. */
export async function deviceOf(shopper) {
  const devtools = await shopper.browser.newCDPSession(shopper.page);
  await devtools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2",
    transport: "internal",
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  return { isTouchedByItsOwner: (isUserVerified) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }) };
}
