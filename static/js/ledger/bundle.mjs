// Check a signed bundle in the browser, a line at a time, as consent/ledger/bundle_reader.py does.

import { Refusal, concat, fromBase64, fromBase64url, hex, sha256, text } from "./bytes.mjs";
import { MAX_BODY, checkNote, entryOf, parseEntry } from "./receipt.mjs";
import { checkBody, checkStatement } from "./shapes.mjs";
import { signerOf, verifyProof } from "./signing.mjs";
import { parseCanonical } from "./strict.mjs";
import { checkInclusion, leafHash } from "./tree.mjs";
import { openZip } from "./zip.mjs";

const FORMAT = "fedart-bundle-1";
const MAX_MANIFEST = 4 * 1024 ** 2;
const MAX_NOTE = 65_536;
const MAX_LINE = 139_264;
const MAX_PATH = 63;
const SALT = 32;
const NEWLINE = 10;

// {proven, unproven, wrong, code}, as for a receipt.
export async function checkBundle(file, trust) {
  const report = { proven: [], unproven: [], wrong: [], code: "" };
  try {
    await check(await openZip(file), trust, report);
  } catch (error) {
    report.code = error instanceof Refusal ? error.code : "bad-bundle";
    report.wrong.push(error instanceof Refusal ? `${error.code}: ${error.message}` : "this is not a bundle of FedArt");
  }
  return report;
}

async function check(members, trust, report) {
  const manifest = parseCanonical(await whole(members, "manifest.json", MAX_MANIFEST), MAX_MANIFEST);
  if (manifest.format !== FORMAT) throw new Refusal("bad-bundle", `its format is not ${FORMAT}`);
  const signer = await verifyProof(manifest);
  report.proven.push(`the list of files was signed by the key ${signer} and dated ${manifest.made}`);
  report.unproven.push(`that the key ${signer} is this FedArt's: compare it with the one it publishes`);
  const checkpoint = await checkNote(await whole(members, "checkpoint", MAX_NOTE), manifest.log_key, trust, report);
  const listed = new Map(manifest.files.map((one) => [one.path, one]));
  const names = [...members.keys()].filter((name) => name !== "manifest.json").toSorted();
  if (names.join("\n") !== manifest.files.map((one) => one.path).toSorted().join("\n")) {
    throw new Refusal("bad-bundle", "its files are not those of its list");
  }
  const counted = { records: 0, signed: 0, bySession: 0, last: -1n };
  for (const name of names) await checkMember(members.get(name), listed.get(name), checkpoint, counted);
  if (counted.records !== manifest.records) throw new Refusal("bad-bundle", "it has other records than its list says");
  report.proven.push(`all ${names.length} files are those of the list, byte by byte`);
  if (!counted.records) return;
  const { records, signed, bySession } = counted;
  report.proven.push(`all ${records} records are entries of the log under this checkpoint: ${signed} statements `
    + `signed in a browser, ${bySession} withdrawals made in a session`);
  report.unproven.push("that these are all entries there are: the bundle holds those that were asked for");
}

async function whole(members, name, limit) {
  const member = members.get(name);
  if (!member) throw new Refusal("bad-bundle", "no manifest or no checkpoint");
  if (member.size > limit) throw new Refusal("bundle-too-large", name);
  return collect(member);
}

async function collect(member) {
  const parts = [];
  for await (const chunk of member.chunks()) parts.push(chunk);
  return concat(...parts);
}

// A member whole (WebCrypto hashes nothing in parts; 256 MiB at most), its hash, and its lines where it has records.
async function checkMember(member, listed, checkpoint, counted) {
  const data = await collect(member);
  if (data.length !== listed.bytes || hex(await sha256(data)) !== listed.sha256) {
    throw new Refusal("bad-bundle", `${listed.path} is not the file of the list`);
  }
  if (!listed.path.startsWith("records/") || !listed.path.endsWith(".jsonl")) return;
  for (let start = 0; start < data.length;) {
    const end = data.indexOf(NEWLINE, start);
    if (end < 0 || end - start > MAX_LINE) throw new Refusal("bad-bundle", "a line of its records");
    await checkLine(data.subarray(start, end), checkpoint, counted);
    start = end + 1;
  }
}

async function checkLine(line, checkpoint, counted) {
  const record = recordOf(line);
  if (record.index <= counted.last) throw new Refusal("bad-bundle", "its records are not in the order of the ledger");
  const { signer } = await checkRecord(record, checkpoint);
  counted.last = record.index;
  counted.records += 1;
  if (signer === "server-session") counted.bySession += 1;
  else if (signer.startsWith("z6Mk")) counted.signed += 1;
}

// An opened entry from its line of JSON. Refuses "bad-bundle".
export function recordOf(line) {
  try {
    const { index, kind, hour, salt, body, path } = JSON.parse(text(line));
    const packed = fromBase64(path, "bad-bundle");
    const steps = Array.from({ length: Math.ceil(packed.length / 32) }, (_, at) => packed.slice(32 * at, 32 * at + 32));
    if (!Number.isSafeInteger(index) || index < 0 || steps.length > MAX_PATH) throw new Refusal("bad-bundle");
    const [salted, data] = [fromBase64url(salt, "bad-bundle"), fromBase64url(body, "bad-bundle")];
    return { index: BigInt(index), kind, hour, salt: salted, body: data, path: steps };
  } catch {
    throw new Refusal("bad-bundle", "a line of its records");
  }
}

// {signer, body}: the entry is in the log at its index, and what it says has the shape of its kind. The signer of what
// is not a statement is the log.
export async function checkRecord(record, checkpoint) {
  if (record.salt.length !== SALT) throw new Refusal("bad-entry", "a salt has 32 bytes");
  const entry = await entryOf(record);
  parseEntry(entry);
  if (!(await checkInclusion(await leafHash(entry), record.index, checkpoint.size, record.path, checkpoint.root))) {
    throw new Refusal("not-included", `index ${record.index}`);
  }
  const body = parseCanonical(record.body, MAX_BODY);
  if (record.kind !== "statement") {
    checkBody(record.kind, body);
    return { signer: checkpoint.origin, body };
  }
  checkStatement(body);
  return { signer: await signerOf(body), body };
}
