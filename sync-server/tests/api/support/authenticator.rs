//! A device that keeps passkeys, as far as a server sees it: it makes keys, signs what it is asked, and can be made to lie.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rcgen::{KeyPair, PublicKeyData as _, SigningKey as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const HAS_KEY: u8 = 1 << 6;

pub(crate) struct Authenticator {
    key: KeyPair,
    id: [u8; 16],
    host: String,
    /// Where the browser says that the page is from.
    pub(crate) origin: String,
    /// Who it says it belongs to; the server's word at first.
    pub(crate) user: Vec<u8>,
    pub(crate) counter: u32,
    /// Whether it has asked its owner for a finger or a PIN.
    pub(crate) verifies: bool,
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

impl Authenticator {
    pub(crate) fn at(port: u16) -> Self {
        Self {
            key: KeyPair::generate().unwrap(),
            id: sync_server::edge::random_bytes(),
            host: "localhost".into(),
            origin: format!("http://localhost:{port}"),
            user: Vec::new(),
            counter: 1,
            verifies: true,
        }
    }

    /// `navigator.credentials.create`.
    pub(crate) fn create(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        assert_eq!(options["rp"]["id"], self.host.as_str());
        let choice = &options["authenticatorSelection"];
        assert_eq!(choice["residentKey"], "required");
        assert_eq!(choice["userVerification"], "required");
        let user = options["user"]["id"].as_str().unwrap();
        self.user = URL_SAFE_NO_PAD.decode(user).unwrap();
        let mut data = self.data(HAS_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(self.id);
        data.extend(self.cose_key());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}, its length in one byte.
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(json!({
            "attestationObject": base64url(object),
            "clientDataJSON": base64url(self.client_data("webauthn.create", options)),
        }))
    }

    /// `navigator.credentials.get`, which counts.
    pub(crate) fn get(&mut self, options: &Value) -> Value {
        let options = &options["publicKey"];
        assert_eq!(options["rpId"], self.host.as_str());
        assert_eq!(options["userVerification"], "required");
        self.counter += 1;
        let data = self.data(0);
        let client_data = self.client_data("webauthn.get", options);
        let signed = [data.as_slice(), &sha256(&client_data)].concat();
        let signature = self.key.sign(&signed).unwrap();
        self.answer(json!({
            "authenticatorData": base64url(data),
            "clientDataJSON": base64url(client_data),
            "signature": base64url(signature),
            "userHandle": base64url(&self.user),
        }))
    }

    fn answer(&self, response: Value) -> Value {
        let id = base64url(self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { VERIFIED } else { 0 };
        let mut data = sha256(&self.host).to_vec();
        data.push(flags | PRESENT | verified);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        })
        .to_string()
    }

    /// RFC 9053: an ES256 key on P-256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.der_bytes();
        let (x, y) = (&point[1..33], &point[33..65]);
        [
            b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".as_slice(),
            x,
            b"\x22\x58\x20",
            y,
        ]
        .concat()
    }
}
