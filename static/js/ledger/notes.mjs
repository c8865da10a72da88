// Signed notes, checkpoints and cosignatures as C2SP has them; consent/ledger/notes.py and checkpoints.py say the same.

import { Refusal, base64, ed25519Holds, fromBase64, same, sha256, text, utf8 } from "./bytes.mjs";

const ED25519 = 1;
const COSIGNATURE = 4;
const MAX_NOTE = 65_536;
const MAX_SIGNATURES = 64;
const NAME = /^[^\s+\u0000-\u001f\u0085\ufeff]+$/u;
const DECIMAL = /^(?:0|[1-9][0-9]{0,18})$/;
const MAX_SIZE = 2n ** 62n;

export async function parseVkey(written) {
  const [name, id, ...rest] = written.split("+");
  const raw = fromBase64(rest.join("+"), "bad-vkey");
  if (raw.length !== 33 || ![ED25519, COSIGNATURE].includes(raw[0])) throw new Refusal("bad-vkey");
  if (!NAME.test(name) || utf8(name).length > 255) throw new Refusal("bad-vkey", "its name");
  const hash = await sha256(utf8(`${name}\n`), raw);
  const keyId = new DataView(hash.buffer).getUint32(0);
  if (id !== keyId.toString(16).padStart(8, "0")) throw new Refusal("bad-vkey", "its id is not that of its key");
  return { name, keyId, kind: raw[0], publicKey: raw.slice(1), vkey: written };
}

export function parseNote(bytes) {
  if (bytes.length > MAX_NOTE) throw new Refusal("bad-note", "too long");
  let whole;
  try {
    whole = text(bytes);
  } catch {
    throw new Refusal("bad-note", "not UTF-8");
  }
  const gap = whole.lastIndexOf("\n\n");
  // eslint-disable-next-line no-control-regex
  if (gap < 0 || !whole.endsWith("\n") || gap + 2 >= whole.length || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) {
    throw new Refusal("bad-note");
  }
  const lines = whole.slice(gap + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new Refusal("bad-note", "too many signatures");
  return { text: whole.slice(0, gap + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line) {
  const [dash, name, ...rest] = line.split(" ");
  const raw = fromBase64(rest.join(" "), "bad-note");
  if (dash !== "—" || !NAME.test(name ?? "") || raw.length < 5) throw new Refusal("bad-note", "a signature line");
  return { name, keyId: new DataView(raw.buffer).getUint32(0), data: raw.slice(4) };
}

const fits = (key, signature) => key.name === signature.name && key.keyId === signature.keyId;

export async function signedBy(note, keys) {
  const found = [];
  for (const key of keys.filter((one) => one.kind === ED25519)) {
    const theirs = note.signatures.filter((signature) => fits(key, signature));
    for (const signature of theirs) {
      if (!(await ed25519Holds(key.publicKey, signature.data, utf8(note.text)))) {
        throw new Refusal("bad-note-signature", key.name);
      }
    }
    if (theirs.length) found.push(key.vkey);
  }
  return found;
}

export function parseDecimal(written) {
  if (!DECIMAL.test(written) || BigInt(written) > MAX_SIZE) throw new Refusal("bad-checkpoint", "a number");
  return BigInt(written);
}

export async function parseCheckpoint(noteText) {
  const lines = noteText.split("\n");
  if (lines.length < 4 || lines.at(-1) !== "" || lines.slice(0, -1).includes("")) throw new Refusal("bad-checkpoint");
  const [root, size] = [fromBase64(lines[2], "bad-checkpoint"), parseDecimal(lines[1])];
  if (root.length !== 32 || (size === 0n && !same(root, await sha256()))) throw new Refusal("bad-checkpoint", "its root");
  return { origin: lines[0], size, root, rootText: base64(root) };
}

export async function openCheckpoint(bytes, keys) {
  const note = parseNote(bytes);
  const checkpoint = await parseCheckpoint(note.text);
  if (!(await signedBy(note, keys)).length) throw new Refusal("unsigned-checkpoint", checkpoint.origin);
  return { checkpoint, note };
}

export async function cosignedBy(note, witnesses) {
  const found = [];
  for (const key of witnesses.filter((one) => one.kind === COSIGNATURE)) {
    for (const { data } of note.signatures.filter((signature) => fits(key, signature))) {
      const stamp = data.length === 72 ? new DataView(data.buffer).getBigUint64(0) : 0n;
      const message = utf8(`cosignature/v1\ntime ${stamp}\n${note.text}`);
      if (stamp < 1n || stamp >= 2n ** 63n || !(await ed25519Holds(key.publicKey, data.slice(8), message))) {
        throw new Refusal("bad-note-signature", key.name);
      }
      found.push({ name: key.name, timestamp: stamp });
    }
  }
  return found;
}
