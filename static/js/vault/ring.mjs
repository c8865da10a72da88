// keyring.age: the vault's keys as an age identity file, which the `age` program reads as it is (edge/vault/ring.py).

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "../../vendor/age-encryption/age.mjs";
import { fromBase64url, text, toBase64url, utf8 } from "./bytes.mjs";
import { listKey, Untrue } from "./list.mjs";

const HEAD = "# FedArt vault keyring 1";
const LIST_KEY = "# list-key ";
const IDENTITY = "AGE-SECRET-KEY-1";

export async function sealFor(recipients, content) {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(content);
}

// Fresh keys: {list, identities}; `before` are older identities that still open older files.
export async function makeRing(before = []) {
  return { list: await listKey(), identities: [await generateX25519Identity(), ...before] };
}

export const recipientOf = (ring) => identityToRecipient(ring.identities[0]);

export async function sealRing(ring, recipients) {
  const lines = [HEAD, LIST_KEY + toBase64url(ring.list.seed), ...ring.identities, ""];
  return sealFor(recipients, utf8(lines.join("\n")));
}

// `identity` is an age identity text, or the CryptoKey of this browser.
export async function openRing(keyring, identity) {
  const lines = text(await openWith(keyring, [identity])).split("\n");
  const seeds = lines.filter((line) => line.startsWith(LIST_KEY));
  const identities = lines.filter((line) => line.startsWith(IDENTITY));
  if (lines[0] !== HEAD || seeds.length !== 1 || !identities.length) throw new Untrue("The keyring has another form.");
  return { list: await listKey(fromBase64url(seeds[0].slice(LIST_KEY.length))), identities };
}

export async function openWith(file, identities) {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  return decrypter.decrypt(file);
}
