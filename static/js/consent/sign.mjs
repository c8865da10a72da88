// Sign a statement by the W3C cryptosuite eddsa-jcs-2022; the result is the exact text to send.

import { canonical } from "./jcs.mjs";
import { base58, verificationMethod } from "./multibase.mjs";

async function sha256(text) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

export async function sha256Hex(text) {
  return Array.from(await sha256(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// vc-di-eddsa 3.3.4: SHA-256(JCS(proof without its value)) || SHA-256(JCS(document)).
export async function hashData(document, config) {
  const [proof, body] = [await sha256(canonical(config)), await sha256(canonical(document))];
  return Uint8Array.from([...proof, ...body]);
}

// The signed text to send, and the 64 bytes that the key signed, for whoever signs a second time.
export async function signTwice(document, key, created) {
  const config = {
    "@context": document["@context"],
    type: "DataIntegrityProof",
    cryptosuite: "eddsa-jcs-2022",
    created,
    verificationMethod: verificationMethod(key.multibase),
    proofPurpose: "assertionMethod",
  };
  const data = await hashData(document, config);
  const signature = await crypto.subtle.sign("Ed25519", key.privateKey, data);
  const proof = { ...config, proofValue: `z${base58(new Uint8Array(signature))}` };
  return { text: canonical({ ...document, proof }), data };
}

export async function signStatement(document, key, created) {
  return (await signTwice(document, key, created)).text;
}
