// Bytes and how they are written, each in one way only, as consent/ledger does it in Python.

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

// A refusal with the same code as in Python (consent/codes_ledger.py).
export class Refusal extends Error {
  constructor(code, detail = "") {
    super(detail || code);
    this.code = code;
  }
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const text = (bytes) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const same = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", concat(...parts)));
}

export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(written) {
  if (!/^(?:[0-9a-f]{2})*$/.test(written)) throw new Refusal("bad-entry");
  return Uint8Array.from(written.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));

// RFC 4648 section 4; anything that would be written otherwise is refused with the given code.
export function fromBase64(written, code) {
  let raw;
  try {
    raw = Uint8Array.from(atob(written), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Refusal(code, "not base64");
  }
  if (base64(raw) !== written) throw new Refusal(code, "not canonical base64");
  return raw;
}

export function fromBase64url(written, code) {
  if (typeof written !== "string" || !/^[A-Za-z0-9_-]*$/.test(written)) throw new Refusal(code, "not base64url");
  const padded = written.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat((4 - (written.length % 4)) % 4);
  return fromBase64(padded, code);
}

export function fromBase58(written, code) {
  if (written.length > 128) throw new Refusal(code);
  let number = 0n;
  for (const letter of written) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) throw new Refusal(code);
    number = number * 58n + BigInt(digit);
  }
  const digits = number === 0n ? "" : number.toString(16);
  const zeros = written.length - written.replace(/^1+/, "").length;
  return concat(new Uint8Array(zeros), fromHex(digits.length % 2 ? `0${digits}` : digits));
}

export async function ed25519Holds(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", key, signature, message);
  } catch {
    return false;
  }
}
