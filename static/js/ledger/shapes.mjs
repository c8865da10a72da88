// What a statement and the body of each kind of entry look like: the tables of consent/ledger/statement.py and kinds.py.
// tests/vectors/ledger.json holds a good body of each kind and the ways of being wrong.

import { Refusal } from "./bytes.mjs";

const MAX_TEXT = 300;
const MAX_LIST = 64;
const MAX_TERMS = 24;
const STATUSES = ["ConsentGiven", "ConsentRefused", "ConsentWithdrawn"];

const isText = (value) => typeof value === "string";
const isList = Array.isArray;
const isObject = (value) => typeof value === "object" && value !== null && !isList(value);
const matches = (pattern) => (value) => isText(value) && pattern.test(value);
const oneOf = (...words) => (value) => words.includes(value);
const letters = (value) => Array.from(value).length; // as Python counts: code points
const text = (value) => isText(value) && value !== "" && letters(value) <= MAX_TEXT && !value.includes("\0");
const count = (value) => Number.isSafeInteger(value) && value >= 0;
const texts = (value) => isList(value) && value.length <= MAX_LIST && value.every(text);
const counts = (value) => isObject(value) && Object.keys(value).length <= MAX_LIST && Object.entries(value).every(([name, number]) => text(name) && count(number));

const UUID = matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const SHA256 = matches(/^[0-9a-f]{64}$/);
const SUBJECT = matches(/^urn:fedart:artist:[a-z2-7]{26}$/);
const MULTIBASE = matches(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
const UTC = matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

const STATEMENT = {
  "@context": isList, id: isText, type: oneOf("ConsentRecord"), conformsTo: isText, subject: isText, controller: isText,
  status: oneOf(...STATUSES), consentType: isText, purpose: isText, legalBasis: isText, processing: isList, data: isObject,
  terms: isObject, validity: isText, storage: isObject, recipients: isList, jurisdiction: isText, withdrawal: isText,
  rights: isText, notice: isObject, issuedAt: isText, nonce: isText, supersedes: (value) => value === null || isText(value),
  sawCheckpoint: isObject, attestedBy: isText,
};
const NOTICE = ["id", "language", "sha256", "version"];

// kind -> [the fields that must be there, those that may]
const KINDS = {
  statement: [{}, {}],
  key: [{ subject: SUBJECT, key: MULTIBASE, event: oneOf("registered", "withdrawn") }, {}],
  device: [{ device: UUID, subject: SUBJECT, key: text, event: oneOf("enrolled", "withdrawn") }, { public_key: MULTIBASE }],
  vault: [{ subject: SUBJECT, vault: UUID, event: oneOf("listed", "erased"), version: count }, { sha256: SHA256, files: count }],
  notice: [{ id: text, version: text, language: matches(/^[a-z]{2}$/), sha256: SHA256 }, {}],
  campaign: [{ campaign: UUID, name: text, state: oneOf("running", "paused", "ended") }, { terms: SHA256 }],
  round: [{ round: UUID, event: oneOf("opened", "aborted") }, { manifest: SHA256, campaign: UUID, reason: text }],
  version: [{ version: UUID, card: isObject }, {}],
  worker: [{ worker: text, key: text, until: UTC }, {}],
  export: [{ export: UUID, format: text, rows: count, sha256: SHA256, filtered_by: texts, role: text }, { request: UUID }],
  erasure: [
    { erasure: UUID, event: oneOf("erased", "sealed", "retention"), rows: counts },
    { request: UUID, report: SHA256, files: count, basis: text },
  ],
  hold: [{ hold: UUID, event: oneOf("placed", "lifted"), role: text }, { basis: text, sealed: SHA256 }],
  pause: [{ subject: SUBJECT, event: oneOf("paused", "resumed") }, {}],
  breach: [
    { breach: UUID, event: oneOf("noted", "updated", "authority-told", "artists-told", "closed"), sealed: SHA256 },
    { noticed: UTC },
  ],
};

export function checkKind(kind) {
  if (!Object.hasOwn(KINDS, kind)) throw new Refusal("unknown-kind");
}

// Refuses "bad-body" for a body that has not exactly the fields of its kind; a statement has a table of its own.
export function checkBody(kind, body) {
  checkKind(kind);
  if (kind === "statement") return;
  const [needed, optional] = KINDS[kind];
  const allowed = { ...needed, ...optional };
  for (const name of Object.keys(needed)) if (!Object.hasOwn(body, name)) throw new Refusal("bad-body", `${kind}: field ${name} is missing`);
  for (const [name, value] of Object.entries(body)) {
    if (!Object.hasOwn(allowed, name) || !allowed[name](value)) throw new Refusal("bad-body", `${kind}: field ${name}`);
  }
}

// Refuses "wrong-shape" for a document whose fields are not exactly those of a statement, its proof aside.
export function checkStatement(document) {
  const wrong = (detail) => {
    throw new Refusal("wrong-shape", detail);
  };
  for (const name of Object.keys(document)) if (name !== "proof" && !Object.hasOwn(STATEMENT, name)) wrong("unknown field");
  for (const [name, fits] of Object.entries(STATEMENT)) if (!Object.hasOwn(document, name) || !fits(document[name])) wrong(`field ${name}`);
  const { notice, terms } = document;
  if (Object.keys(notice).toSorted().join() !== NOTICE.join() || !Object.values(notice).every(isText)) wrong("field notice");
  const told = Object.values(terms);
  if (told.length > MAX_TERMS || !told.every((term) => Number.isInteger(term) || (isText(term) && letters(term) <= MAX_TEXT))) wrong("field terms");
  if (!isTime(document.issuedAt)) wrong("a time");
}

function isTime(written) {
  const at = UTC(written) ? new Date(written) : null;
  return at !== null && !Number.isNaN(at.valueOf()) && at.toISOString() === `${written.slice(0, -1)}.000Z`;
}
