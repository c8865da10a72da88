// The key of this browser: made here, kept in IndexedDB, not extractable. One for each account that signs in here.

import { keyMultibase } from "./multibase.mjs";

const DATABASE = "fedart-consent";
const STORE = "keys";

export class KeyProblem extends Error {}

function open() {
  return new Promise((resolve, reject) => {
    const blocked = () =>
      reject(
        new KeyProblem(
          "This browser does not let the page keep a key. That happens in some private windows and where site data is " +
            "blocked. Open this page in an ordinary window or allow site data for it. Revoking works without a key.",
        ),
      );
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = blocked;
      request.onblocked = blocked;
    } catch {
      blocked();
    }
  });
}

async function inStore(mode, action) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? new KeyProblem("The key could not be kept."));
    });
  } finally {
    database.close();
  }
}

export function requireSigning() {
  if (!globalThis.crypto?.subtle) {
    throw new KeyProblem("Keys need a secure connection. Open this page by https.");
  }
}

// The key of this account in this browser, or undefined.
export async function storedKey(subject) {
  return inStore("readonly", (store) => store.get(subject));
}

// What this browser can do, before anything is pressed: "here", "none", "blocked", "insecure" or "no-ed25519"; `lasts` is
// whether the browser promised not to clear the key by itself.
export async function keyState(subject) {
  if (!globalThis.crypto?.subtle) return { kind: "insecure" };
  let key;
  try {
    key = await storedKey(subject);
  } catch {
    return { kind: "blocked" };
  }
  const lasts = (await navigator.storage?.persisted?.().catch(() => false)) ?? false;
  if (key) return { kind: "here", key, lasts };
  try {
    await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    return { kind: "no-ed25519" };
  }
  return { kind: "none", lasts };
}

export async function makeKey(subject) {
  requireSigning();
  let pair;
  try {
    pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  } catch {
    throw new KeyProblem(
      "This browser cannot make Ed25519 keys. Use Chrome or Edge 137, Firefox 129 or Safari 17, or a newer one.",
    );
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  const key = { privateKey: pair.privateKey, multibase: keyMultibase(raw) };
  await inStore("readwrite", (store) => store.put(key, subject));
  navigator.storage?.persist?.().catch(() => {}); // asks the browser not to clear it; it may say no
  return key;
}

export async function forgetKey(subject) {
  await inStore("readwrite", (store) => store.delete(subject));
}

// What the artist will call this browser in the list of keys; coarse on purpose.
export function browserName() {
  const brand = navigator.userAgentData?.brands?.find(({ brand }) => !/not.?a.?brand|chromium/i.test(brand))?.brand;
  const family = /Firefox/.test(navigator.userAgent) ? "Firefox" : /Chrom/.test(navigator.userAgent) ? "Chromium" : "Safari";
  const system = navigator.userAgentData?.platform ?? navigator.platform ?? "";
  return `${brand ?? family}${system ? ` on ${system}` : ""}`.slice(0, 80);
}
