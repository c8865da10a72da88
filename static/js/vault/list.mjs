// The signed list of a vault (federation/vault/lists.py checks the same): read, verify, follow, sign.

import { canonical } from "../consent/jcs.mjs";
import { keyMultibase } from "../consent/multibase.mjs";
import { hashData, signStatement } from "../consent/sign.mjs";
import { fingerprint, fromBase64url, fromHex, join, sha256Hex, toBase64url, utf8 } from "./bytes.mjs";

export const CONTEXT = "urn:fedart:vault:v1";
const HANDOVER = utf8("fedart/vault-handover/v1\0");
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
// RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8.
const PKCS8 = fromHex("302e020100300506032b657004220420");

export class Untrue extends Error {
  constructor(why) {
    super(`${why} Nothing was changed. Ask the operator of this site before you go on.`);
  }
}

function fromBase58(written) {
  let number = 0n;
  for (const character of written) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) throw new Untrue("A key in the vault's list is not one.");
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16);
  const bytes = fromHex(hex.length % 2 ? `0${hex}` : hex);
  const zeros = written.length - written.replace(/^1+/, "").length;
  return join(new Uint8Array(zeros), bytes);
}

// The 32 bytes of `z6Mk...`.
export function publicBytes(multibase) {
  const raw = fromBase58(multibase.slice(1));
  if (raw.length !== 34 || keyMultibase(raw.slice(2)) !== multibase) throw new Untrue("A key in the vault's list is not one.");
  return raw.slice(2);
}

async function holds(signer, signature, data) {
  const key = await crypto.subtle.importKey("raw", publicBytes(signer), "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, data);
}

// A list whose form and signature are right: the document without its proof.
export async function readList(text) {
  const whole = JSON.parse(text);
  if (canonical(whole) !== text) throw new Untrue("The vault's list is not in its one exact form.");
  const { proof, ...list } = whole;
  if (list.type !== "VaultList" || list.format !== 1 || list["@context"]?.[0] !== CONTEXT) {
    throw new Untrue("The vault's list has another form than this page knows.");
  }
  const { proofValue, ...config } = proof ?? {};
  const method = `did:key:${list.signer}#${list.signer}`;
  const right =
    config.verificationMethod === method &&
    config.cryptosuite === "eddsa-jcs-2022" &&
    (await holds(list.signer, fromBase58(String(proofValue).slice(1)), await hashData(list, config)));
  if (!right) throw new Untrue("The vault's list is not signed by the vault's own key.");
  return list;
}

function handoverText(list) {
  const version = new Uint8Array(8);
  new DataView(version.buffer).setBigUint64(0, BigInt(list.version));
  return join(HANDOVER, fromHex(list.vault.replaceAll("-", "")), version, fromHex(list.prev), publicBytes(list.signer));
}

// Whether `next` is the one right successor; both are read and verified already.
async function follows(list, text, next) {
  const fits =
    next.vault === list.vault &&
    next.version === list.version + 1 &&
    next.prev === (await sha256Hex(utf8(text))) &&
    [0, 1].includes(next.generation - list.generation) &&
    (next.generation === list.generation) === (next.recipient === list.recipient) &&
    (next.signer === list.signer) === (next.handover === null);
  if (!fits || next.handover === null) return fits;
  return holds(list.signer, fromBase64url(next.handover), handoverText(next));
}

// The newest list, once the chain leads from the last one seen (`last`, a text) to what the server shows (`shown`).
export async function follow(last, shown, listsAfter) {
  const newest = await readList(shown);
  if (last === undefined || last === shown) return newest;
  let [at, known] = [last, await readList(last)];
  if (newest.vault !== known.vault) throw new Untrue("The server shows another vault than this browser has seen before.");
  if (newest.version <= known.version) throw new Untrue("The server shows an older list than this browser has seen before.");
  while (known.version < newest.version) {
    const since = await listsAfter(known.version);
    if (!since.length) throw new Untrue("Lists between the last one seen and the newest are missing.");
    for (const text of since) {
      const next = await readList(text);
      if (!(await follows(known, at, next))) throw new Untrue("The vault's list does not follow the one before it.");
      [at, known] = [text, next];
    }
  }
  if (at !== shown) throw new Untrue("There are two lists of one version.");
  return newest;
}

// A fresh list key, or the one of a seed: {seed, signer, privateKey}.
export async function listKey(seed) {
  const pair = seed
    ? { privateKey: await crypto.subtle.importKey("pkcs8", join(PKCS8, seed), "Ed25519", true, ["sign"]) }
    : await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { seed: fromBase64url(d), signer: keyMultibase(fromBase64url(x)), privateKey: pair.privateKey };
}

export const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
export const fingerprintOf = (list) => fingerprint(publicBytes(list.signer));

// The exact text to keep and to send. `before` is the key that signed until now, where it is another one.
export async function signList(list, key, before) {
  const document = { ...list, signer: key.signer, handover: null };
  if (before && before.signer !== key.signer) {
    document.handover = toBase64url(
      new Uint8Array(await crypto.subtle.sign("Ed25519", before.privateKey, handoverText(document))),
    );
  }
  return signStatement(document, { privateKey: key.privateKey, multibase: key.signer }, document.issuedAt);
}
