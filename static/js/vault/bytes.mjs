// Bytes as text and back: hexadecimal, base64, base64url.

export const utf8 = (text) => new TextEncoder().encode(text);
export const text = (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export const sha256Hex = async (bytes) => toHex(await sha256(bytes));

export function toBase64(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

export const fromBase64 = (encoded) => Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
export const toBase64url = (bytes) => toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
export const fromBase64url = (encoded) => fromBase64(encoded.replaceAll("-", "+").replaceAll("_", "/"));

export function join(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// What an artist compares: the first 20 base32 characters of SHA-256, in five groups of four (federation/protocol/keys.py).
export async function fingerprint(bytes) {
  const letters = "abcdefghijklmnopqrstuvwxyz234567";
  const bits = Array.from((await sha256(bytes)).slice(0, 13), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const code = Array.from({ length: 20 }, (_, at) => letters[Number.parseInt(bits.slice(5 * at, 5 * at + 5), 2)]).join("");
  return code.match(/.{4}/g).join("-");
}
