// The vault's doors at the server.

import { fromBase64, sha256Hex, toBase64 } from "./bytes.mjs";
import { Untrue } from "./list.mjs";

const ROOT = "/api/v1/vault";

export class Refused extends Error {
  constructor(problem) {
    super([problem.detail, problem.fix].filter(Boolean).join(" ") || "The server refused this.");
    this.code = problem.code;
  }
}

async function call(method, path, body, type = "application/json") {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  let answer;
  try {
    answer = await fetch(ROOT + path, {
      method,
      headers: { Accept: "application/json", "X-CSRFToken": token, ...(body === undefined ? {} : { "Content-Type": type }) },
      body,
    });
  } catch {
    throw new Error("The server could not be reached, so nothing was changed. Check the connection and press again.");
  }
  if (!answer.ok) throw new Refused(await answer.json().catch(() => ({})));
  return answer;
}

const json = async (method, path, value) =>
  (await call(method, path, value === undefined ? undefined : JSON.stringify(value))).json();

// {list, files, asks}, or null where there is no vault yet.
export async function overview() {
  if (document.querySelector("[data-vault]")?.dataset.vault === "none") return null;
  try {
    const told = await json("GET", "");
    const files = Object.fromEntries(Object.entries(told.files).map(([hash, data]) => [hash, fromBase64(data)]));
    return { ...told, files };
  } catch (error) {
    if (error.code === "vault-none") return null;
    throw error;
  }
}

export const listsAfter = async (version) => (await json("GET", `/lists?after=${version}`)).lists;

export async function sendList(list, files) {
  const named = await Promise.all(files.map(async (file) => [await sha256Hex(file), toBase64(file)]));
  return json("POST", "/lists", { list, files: Object.fromEntries(named) });
}

export const turnAway = (device) => call("DELETE", `/asks/${device}`);
export const erase = (word) => json("POST", "/erase", { word });

// The ciphertext of a listed file, once it is seen to be the one that the list names.
export async function fetchFile(file) {
  const data = new Uint8Array(await (await call("GET", `/objects/${file.sha256}`)).arrayBuffer());
  if ((await sha256Hex(data)) !== file.sha256) throw new Untrue("A file of the vault is not the one that its list names.");
  return data;
}

export async function sendFile(data) {
  const sha256 = await sha256Hex(data);
  let far = await json("POST", "/objects", { sha256, bytes: data.length });
  while (!far.complete) {
    const at = far.pieces * far.piece_bytes;
    const piece = data.subarray(at, at + far.piece_bytes);
    far = await (await call("PUT", `/objects/${sha256}/pieces/${far.pieces}`, piece, "application/octet-stream")).json();
  }
  return sha256;
}
