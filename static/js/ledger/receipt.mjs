// Check a receipt in the browser, with no help from any server: what consent/ledger/verify.py does, in the same words.

import { canonical } from "../consent/jcs.mjs";
import { keyMultibase } from "../consent/multibase.mjs";
import { hashData } from "../consent/sign.mjs";
import { Refusal, ed25519Holds, fromBase58, fromBase64, fromBase64url, hex, same, sha256, text, utf8 } from "./bytes.mjs";
import { cosignedBy, openCheckpoint, parseDecimal, parseVkey } from "./notes.mjs";
import { checkInclusion, leafHash } from "./tree.mjs";

const FORMAT = "fedart-receipt-2";
const HEADER = "c2sp.org/tlog-proof@v1";
const DECISIONS = { ConsentGiven: "grants", ConsentRefused: "refuses", ConsentWithdrawn: "takes back" };
const PROOF_FIELDS = ["@context", "created", "cryptosuite", "proofPurpose", "proofValue", "type", "verificationMethod"];
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
  const { entry, salt, kind, hour } = unpackExtra(proof.extra);
  if (!salt) throw new Refusal("bad-proof-file", "it carries no salt, so it opens nothing");
  const checkpoint = await checkNote(proof.checkpoint, receipt.log_key, trust, report);
  const body = fromBase64url(receipt.statement, "bad-proof-file");
  const committed = hex(await sha256(utf8("fedart/commit/v1\0"), salt, body));
  if (!same(entry, utf8(`fedart/entry/v1\n${kind}\n${hour}\n${committed}\n`))) {
    throw new Refusal("not-included", "the entry commits to something else");
  }
  const { index, path } = proof;
  if (!(await checkInclusion(await leafHash(entry), index, checkpoint.size, path, checkpoint.root))) {
    throw new Refusal("not-included", `index ${index}`);
  }
  if (kind !== "statement") throw new Refusal("wrong-shape", "it is not about a statement");
  const statement = parseStatement(body);
  const signer = await signerOf(statement);
  report.proven.push(...sentences(statement, signer, index, hour));
  await checkNotice(receipt.notice_text, statement, report);
  report.unproven.push(OWN_KEY);
}

export function parseProof(written) {
  if (typeof written !== "string") throw new Refusal("bad-proof-file");
  const gap = written.indexOf("\n\n");
  const lines = written.slice(0, Math.max(gap, 0)).split("\n");
  if (lines.shift() !== HEADER) throw new Refusal("bad-proof-file", `it does not begin with ${HEADER}`);
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift().slice(6), "bad-proof-file") : new Uint8Array();
  if (!lines[0]?.startsWith("index ")) throw new Refusal("bad-proof-file", "its index");
  const index = parseDecimal(lines.shift().slice(6));
  const path = lines.map((line) => fromBase64(line, "bad-proof-file"));
  if (path.some((one) => one.length !== 32)) throw new Refusal("bad-proof-file", "its path");
  return { index, path, extra, checkpoint: utf8(written.slice(gap + 2)) };
}

function unpackExtra(extra) {
  const found = /^fedart\/entry\/v1\n([a-z]{1,16})\n(\d{4}-\d\d-\d\dT\d\dZ)\n([0-9a-f]{64})\n/.exec(latin(extra));
  const rest = found ? extra.length - found[0].length : -1;
  if (rest !== 0 && rest !== 32) throw new Refusal("bad-proof-file", "its extra data is not an entry of FedArt");
  return { entry: extra.slice(0, found[0].length), salt: rest ? extra.slice(-32) : null, kind: found[1], hour: found[2] };
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

// Strict: the bytes are the canonical form of what they say, so no name can stand in them twice.
export function parseCanonical(bytes) {
  try {
    const written = text(bytes);
    const value = JSON.parse(written);
    if (canonical(value) !== written) throw new Refusal("not-canonical");
    return value;
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("not-json");
  }
}

export function parseStatement(body) {
  const statement = parseCanonical(body);
  if (!(statement.status in DECISIONS) || statement.type !== "ConsentRecord" || !statement.notice) {
    throw new Refusal("wrong-shape", "it is not a statement");
  }
  return statement;
}

export async function signerOf(statement) {
  if (statement.proof !== undefined) return verifyProof(statement);
  if (statement.attestedBy === "server-session" && statement.status === "ConsentWithdrawn") return "server-session";
  throw new Refusal("bad-signature", "the statement carries no signature");
}

// The key (z6Mk…) that signed a document by eddsa-jcs-2022.
export async function verifyProof({ proof, ...document }) {
  if (typeof proof !== "object" || proof === null) throw new Refusal("bad-proof");
  const { proofValue, ...config } = proof;
  const fixed = `${proof.type} ${proof.cryptosuite} ${proof.proofPurpose}`;
  if (Object.keys(proof).toSorted().join() !== PROOF_FIELDS.join() || canonical(proof["@context"]) !== canonical(document["@context"])
    || fixed !== "DataIntegrityProof eddsa-jcs-2022 assertionMethod") throw new Refusal("bad-proof");
  const multibase = proof.verificationMethod.split("#")[1] ?? "";
  const key = fromBase58(multibase.slice(1), "bad-key");
  if (key.length !== 34 || keyMultibase(key.slice(2)) !== multibase || proof.verificationMethod !== `did:key:${multibase}#${multibase}`) {
    throw new Refusal("bad-key");
  }
  const signature = fromBase58(proofValue.slice(1), "bad-proof");
  if (!(await ed25519Holds(key.slice(2), signature, await hashData(document, config)))) throw new Refusal("bad-signature");
  return multibase;
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

async function checkNotice(noticeText, statement, report) {
  if (noticeText === undefined) report.unproven.push("what the text said: it is not enclosed");
  else if (hex(await sha256(utf8(noticeText))) !== statement.notice.sha256) {
    throw new Refusal("wrong-shape", "the notice text is not the one that was agreed to");
  } else report.proven.push("the enclosed text is the one that was on the screen, by its hash");
}

