// Check a receipt in the browser, with no help from any server: what consent/ledger/verify.py does, in the same words.

import { Refusal, fromBase64, fromBase64url, hex, same, sha256, text, utf8 } from "./bytes.mjs";
import { cosignedBy, openCheckpoint, parseDecimal, parseVkey } from "./notes.mjs";
import { checkSecondSignature } from "./passkey.mjs";
import { checkBody, checkKind, checkStatement } from "./shapes.mjs";
import { signerOf } from "./signing.mjs";
import { parseCanonical } from "./strict.mjs";
import { checkInclusion, leafHash } from "./tree.mjs";

const FORMAT = "fedart-receipt-2";
const HEADER = "c2sp.org/tlog-proof@v1";
const ENTRY_HEADER = "fedart/entry/v1";
const ENTRY = /^fedart\/entry\/v1\n([^\n]*)\n(\d{4}-\d\d-\d\dT\d\dZ)\n([0-9a-f]{64})\n$/;
export const MAX_RECEIPT = 262_144;
export const MAX_BODY = 65_536;
const MAX_PROOF = 65_536 + 16_384;
const MAX_EXTRA = 4096;
const MAX_NOTICE = 65_536;
const MAX_PATH = 63;
const SALT = 32;
const DECISIONS = { ConsentGiven: "grants", ConsentRefused: "refuses", ConsentWithdrawn: "takes back" };
const OWN_KEY = "whether a later statement says something else: ask the log for one of the same pseudonym";

// {proven, unproven, wrong, code}: sentences; `trust` holds vkey lines, {logs: [], witnesses: []}.
export async function checkReceipt(receipt, trust) {
  const report = { proven: [], unproven: [], wrong: [], code: "" };
  try {
    await check(receipt, trust, report);
  } catch (error) {
    report.code = error instanceof Refusal ? error.code : "bad-proof-file";
    report.wrong.push(error instanceof Refusal ? `${error.code}: ${error.message}` : "this is not a receipt");
  }
  return report;
}

async function check(receipt, trust, report) {
  if (receipt.format !== FORMAT) throw new Refusal("bad-proof-file", `its format is not ${FORMAT}`);
  const proof = parseProof(receipt.proof);
  const { entry, salt } = unpackExtra(proof.extra);
  if (!salt) throw new Refusal("bad-proof-file", "it carries no salt, so it opens nothing");
  const { kind, hour } = parseEntry(entry);
  const checkpoint = await checkNote(proof.checkpoint, receipt.log_key, trust, report);
  const body = fromBase64url(receipt.statement, "bad-proof-file");
  if (!same(entry, await entryOf({ kind, hour, salt, body }))) throw new Refusal("not-included", "the entry commits to something else");
  const { index, path } = proof;
  if (!(await checkInclusion(await leafHash(entry), index, checkpoint.size, path, checkpoint.root))) {
    throw new Refusal("not-included", `index ${index}`);
  }
  const parsed = parseCanonical(body, MAX_BODY);
  checkBody(kind, parsed);
  if (kind !== "statement") throw new Refusal("wrong-shape", "it is not about a statement");
  checkStatement(parsed);
  const signer = await signerOf(parsed);
  report.proven.push(...sentences(parsed, signer, index, hour));
  await checkPasskey(receipt.passkey, parsed, report);
  await checkNotice(receipt.notice_text, parsed, report);
  report.unproven.push(OWN_KEY);
}

// The public bytes of the entry that this body and salt give.
export async function entryOf({ kind, hour, salt, body }) {
  const committed = hex(await sha256(utf8("fedart/commit/v1\0"), salt, body));
  return utf8(`${ENTRY_HEADER}\n${kind}\n${hour}\n${committed}\n`);
}

export function parseEntry(entry) {
  const found = ENTRY.exec(latin(entry));
  if (!found) throw new Refusal("bad-entry");
  checkKind(found[1]);
  return { kind: found[1], hour: found[2] };
}

export function parseProof(written) {
  if (typeof written !== "string" || utf8(written).length > MAX_PROOF) throw new Refusal("bad-proof-file");
  const gap = written.indexOf("\n\n");
  const lines = written.slice(0, Math.max(gap, 0)).split("\n");
  if (lines.shift() !== HEADER) throw new Refusal("bad-proof-file", `it does not begin with ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6), "bad-proof-file") : new Uint8Array();
  if (extra.length > MAX_EXTRA) throw new Refusal("bad-proof-file", "its extra data");
  if (!lines[0]?.startsWith("index ")) throw new Refusal("bad-proof-file", "its index");
  const index = parseDecimal(lines.shift().slice(6));
  const path = lines.map((line) => fromBase64(line, "bad-proof-file"));
  if (path.length > MAX_PATH || path.some((one) => one.length !== 32)) throw new Refusal("bad-proof-file", "its path");
  return { index, path, extra, checkpoint: utf8(written.slice(gap + 2)) };
}

// {entry, salt}: the four public lines of the entry, then 32 bytes of salt or none.
function unpackExtra(extra) {
  const [header, kind, hour, committed, ...rest] = latin(extra).split("\n");
  const salt = rest.join("\n").length;
  if (header !== ENTRY_HEADER || rest.length === 0 || (salt !== 0 && salt !== SALT)) {
    throw new Refusal("bad-proof-file", "its extra data is not an entry of FedArt");
  }
  const length = [header, kind, hour, committed].join("\n").length + 1;
  return { entry: extra.slice(0, length), salt: salt ? extra.slice(length) : null };
}

const latin = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");

export async function checkNote(bytes, logKey, trust, report) {
  const named = await parseVkey(logKey);
  const known = await Promise.all(trust.logs.map(parseVkey));
  const { checkpoint, note } = await openCheckpoint(bytes, known.length ? known : [named]);
  const size = `${checkpoint.size} entries with root ${checkpoint.rootText}`;
  report.proven.push(`the log ${checkpoint.origin} signed a checkpoint of ${size}`);
  if (!known.length) report.unproven.push(`that the key ${logKey} is the log's own: compare it with the one the log publishes`);
  const seen = await cosignedBy(note, await Promise.all(trust.witnesses.map(parseVkey)));
  for (const { name, timestamp } of seen) {
    const at = new Date(Number(timestamp) * 1000).toISOString().slice(0, 19).replace("T", " ");
    report.proven.push(`the witness ${name} saw this checkpoint at ${at} UTC, after all it saw before`);
  }
  if (!seen.length) report.unproven.push("that everybody is shown the same log: no witness you trust has cosigned this checkpoint");
  return checkpoint;
}

function sentences(statement, signer, index, hour) {
  const { notice } = statement;
  const who = signer === "server-session"
    ? "made in a signed-in session; taking back needs no key, so nobody's signature stands under it"
    : `signed by the key ${signer}`;
  return [
    `the statement ${statement.id} of ${statement.subject} ${DECISIONS[statement.status]} ${statement.purpose}, dated `
      + `${statement.issuedAt}, after the text ${notice.id} ${notice.version} (${notice.language})`,
    `it was ${who}`,
    `entry ${index} of the log, recorded in the hour ${hour}, commits to exactly these bytes`,
  ];
}

// The optional second signature; who holds the passkey is the site's word, what it was touched for is not.
async function checkPasskey(second, statement, report) {
  if (second === undefined || second === null) return;
  await checkSecondSignature(statement, second);
  report.proven.push(`a passkey for ${second.rpId} was touched for exactly this statement`);
}

async function checkNotice(noticeText, statement, report) {
  if (noticeText === undefined || noticeText === null) report.unproven.push("what the text said: it is not enclosed");
  else if (noticeText.length > MAX_NOTICE || hex(await sha256(utf8(noticeText))) !== statement.notice.sha256) {
    throw new Refusal("wrong-shape", "the notice text is not the one that was agreed to");
  } else report.proven.push("the enclosed text is the one that was on the screen, by its hash");
}
