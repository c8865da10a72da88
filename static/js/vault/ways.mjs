// The ways to open a vault: made here, and used here. Each is an age identity whose recipient reads keyring.age.

import {
  Decrypter,
  Encrypter,
  generateX25519Identity,
  identityToRecipient,
  webauthn,
} from "../../vendor/age-encryption/age.mjs";
import { sha256Hex, text, utf8 } from "./bytes.mjs";
import { now } from "./list.mjs";

// 2^17: about two seconds and 128 MiB in a browser, and what a phone can still do (docs/vault.md).
const SCRYPT_LOG_N = 17;
export const SHORTEST_PASSPHRASE = 12;
const CODE = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

function slot(kind, label, recipient, more = {}) {
  return {
    id: crypto.randomUUID(), kind, label, recipient, added: now(), file: null, device: null, hint: null, ...more,
  };
}

async function wrapped(kind, label, encrypter, more) {
  const identity = await generateX25519Identity();
  const file = await encrypter.encrypt(utf8(`${identity}\n`));
  const made = slot(kind, label, await identityToRecipient(identity), { file: await sha256Hex(file), ...more });
  return { slot: made, file, identity };
}

export async function makePassphrase(passphrase) {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(SCRYPT_LOG_N);
  encrypter.setPassphrase(passphrase);
  return wrapped("passphrase", "Passphrase", encrypter);
}

export async function makePasskey(label) {
  const hint = await webauthn.createCredential({ keyName: `FedArt vault, ${label}`.slice(0, 60) });
  const encrypter = new Encrypter();
  encrypter.addRecipient(new webauthn.WebAuthnRecipient({ identity: hint }));
  return wrapped("passkey", label, encrypter, { hint });
}

export async function makeRecovery() {
  const identity = await generateX25519Identity();
  return { slot: slot("recovery", "Recovery code", await identityToRecipient(identity)), identity };
}

// The key of this browser: X25519, born here, cannot be read out again.
export async function makeBrowser(label) {
  const { privateKey } = await crypto.subtle.generateKey("X25519", false, ["deriveBits"]);
  return { slot: slot("browser", label, await identityToRecipient(privateKey)), identity: privateKey };
}

export const deviceSlot = (ask) =>
  slot("device", [...ask.name].slice(0, 80).join(""), ask.recipient, { device: ask.device });

export async function openPassphrase(file, passphrase) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return text(await decrypter.decrypt(file)).trim();
  } catch {
    throw new Error("That is not the passphrase. Try again, or use another way to open the vault.");
  }
}

export async function openPasskey(file, hint) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(new webauthn.WebAuthnIdentity({ identity: hint }));
  return text(await decrypter.decrypt(file)).trim();
}

// A recovery code as people type it: any case, any spaces and line breaks.
export function readCode(typed) {
  const code = typed.replace(/\s+/g, "").toUpperCase();
  if (!CODE.test(code)) throw new Error("That is not a recovery code. It has 74 characters and begins with AGE-SECRET-KEY-1.");
  return code;
}
