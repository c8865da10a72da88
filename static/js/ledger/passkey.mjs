// The optional second signature under a statement: a passkey was touched for exactly this one. What
// consent/ledger/passkey.py checks (W3C WebAuthn level 2, 7.2), by WebCrypto.

import { hashData } from "../consent/sign.mjs";
import { Refusal, base64, concat, fromBase64url, hex, same, sha256, text, utf8 } from "./bytes.mjs";
import { splitProof } from "./signing.mjs";

const PARTS = ["publicKey", "clientDataJSON", "authenticatorData", "signature"];
const MAX_PART = 8192;
const SHORTEST_AUTHENTICATOR_DATA = 37; // hash of the site, flags, counter
const USER_PRESENT = 1;
const SCALAR = 32;
// The algorithm's part of a DER SubjectPublicKeyInfo (RFC 5480, 8410, 8017), in hex.
const P256 = "301306072a8648ce3d020106082a8648ce3d030107";
const ED25519 = "300506032b6570";
const RSA = "300d06092a864886f70d0101010500";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSASSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

// `second` is {rpId, publicKey, clientDataJSON, authenticatorData, signature}. Refuses "bad-passkey".
export async function checkSecondSignature(statement, second) {
  if (typeof second.rpId !== "string") throw new Refusal("bad-proof-file", "its passkey");
  const parts = Object.fromEntries(PARTS.map((name) => [name, fromBase64url(second[name], "bad-proof-file")]));
  if (PARTS.some((name) => parts[name].length > MAX_PART)) throw new Refusal("bad-passkey", "too long");
  const told = clientData(parts.clientDataJSON);
  if (told.type !== "webauthn.get" || told.challenge !== base64url(await challengeOf(statement))) {
    throw new Refusal("bad-passkey", "it was touched for something else");
  }
  const authenticator = parts.authenticatorData;
  const here = same(authenticator.slice(0, 32), await sha256(utf8(second.rpId)));
  if (authenticator.length < SHORTEST_AUTHENTICATOR_DATA || !here || !(authenticator[32] & USER_PRESENT)) {
    throw new Refusal("bad-passkey", "it was touched for another site, or not at all");
  }
  const message = concat(authenticator, await sha256(parts.clientDataJSON));
  if (!(await holds(parts.publicKey, parts.signature, message))) throw new Refusal("bad-passkey", "its signature");
}

async function challengeOf(statement) {
  const { document, config } = splitProof(statement);
  return hashData(document, config);
}

const base64url = (bytes) => base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function clientData(bytes) {
  let told;
  try {
    told = JSON.parse(text(bytes));
  } catch {
    told = null;
  }
  if (typeof told !== "object" || told === null || Array.isArray(told)) throw new Refusal("bad-passkey", "its client data");
  return told;
}

async function holds(publicKey, signature, message) {
  const [algorithm, signed] = howSigned(publicKey, signature);
  try {
    const key = await crypto.subtle.importKey("spki", publicKey, algorithm, true, ["verify"]);
    // One way of writing a key only.
    if (!same(new Uint8Array(await crypto.subtle.exportKey("spki", key)), publicKey)) return false;
    return await crypto.subtle.verify(algorithm, key, signed, message);
  } catch {
    return false;
  }
}

function howSigned(publicKey, signature) {
  const head = hex(publicKey.slice(0, 32));
  const kind = [P256, ED25519, RSA].find((one) => head.indexOf(one) === 4 || head.indexOf(one) === 8);
  if (kind === P256) return [ECDSA, rawFromDer(signature)];
  if (kind === ED25519) return ["Ed25519", signature];
  if (kind === RSA) return [RSASSA, signature];
  throw new Refusal("bad-passkey", "its signature");
}

// WebAuthn writes ECDSA as DER (SEQUENCE of two INTEGERs), WebCrypto takes r || s.
function rawFromDer(signature) {
  const fail = new Refusal("bad-passkey", "its signature");
  if (signature[0] !== 0x30 || signature[1] !== signature.length - 2 || signature[1] > 127) throw fail;
  let at = 2;
  const scalars = [];
  while (at < signature.length) {
    const [tag, size] = signature.slice(at, at + 2);
    const digits = signature.slice(at + 2, at + 2 + size);
    const minimal = digits[0] !== 0 || digits.length === 1 || digits[1] > 127;
    if (tag !== 2 || !size || digits.length !== size || digits[0] > 127 || !minimal) throw fail;
    const short = digits[0] === 0 ? digits.slice(1) : digits;
    if (short.length > SCALAR) throw fail;
    scalars.push(concat(new Uint8Array(SCALAR - short.length), short));
    at += 2 + size;
  }
  if (scalars.length !== 2) throw fail;
  return concat(...scalars);
}
