// Who signed which document: W3C Data Integrity, cryptosuite eddsa-jcs-2022, as consent/ledger/signing.py checks it.

import { canonical } from "../consent/jcs.mjs";
import { base58, keyMultibase, verificationMethod } from "../consent/multibase.mjs";
import { hashData } from "../consent/sign.mjs";
import { Refusal, ed25519Holds, fromBase58 } from "./bytes.mjs";

const PROOF_FIELDS = ["@context", "created", "cryptosuite", "proofPurpose", "proofValue", "type", "verificationMethod"];
const CODEC = [0xed, 0x01];

// {document, config}: the document without its proof, the proof without its value. Refuses "bad-proof".
export function splitProof({ proof, ...document }) {
  if (typeof proof !== "object" || proof === null || Array.isArray(proof)) throw new Refusal("bad-proof");
  if (Object.keys(proof).toSorted().join() !== PROOF_FIELDS.join()) throw new Refusal("bad-proof");
  if (PROOF_FIELDS.slice(1).some((name) => typeof proof[name] !== "string")) throw new Refusal("bad-proof");
  const { proofValue, ...config } = proof;
  const fixed = `${proof.type} ${proof.cryptosuite} ${proof.proofPurpose}`;
  if (fixed !== "DataIntegrityProof eddsa-jcs-2022 assertionMethod") throw new Refusal("bad-proof");
  if (!contextFits(document["@context"], proof["@context"])) throw new Refusal("bad-proof", "its @context is not the document's");
  return { document, config, proofValue };
}

// vc-di-eddsa 3.3.2 step 4: the document's contexts start with all those of the proof, in their order.
function contextFits(document, proof) {
  const has = Array.isArray(document) ? document : [document ?? null];
  const wants = Array.isArray(proof) ? proof : [proof];
  return wants.length > 0 && canonical(has.slice(0, wants.length)) === canonical(wants);
}

// The key (z6Mk…) that signed a document. Refuses "bad-proof", "bad-key", "bad-signature".
export async function verifyProof(secured) {
  const { document, config, proofValue } = splitProof(secured);
  const multibase = config.verificationMethod.split("#")[1] ?? "";
  const key = fromBase58(multibase.slice(1), "bad-key");
  const isKey = key.length === 34 && CODEC.every((byte, at) => key[at] === byte) && keyMultibase(key.slice(2)) === multibase;
  if (!isKey || config.verificationMethod !== verificationMethod(multibase)) throw new Refusal("bad-key");
  const signature = fromBase58(proofValue.slice(1), "bad-signature");
  if (signature.length !== 64 || proofValue !== `z${base58(signature)}`) throw new Refusal("bad-proof", "proofValue");
  if (!(await ed25519Holds(key.slice(2), signature, await hashData(document, config)))) throw new Refusal("bad-signature");
  return multibase;
}

// The key that signed a statement, or "server-session" for a withdrawal without a key.
export async function signerOf(statement) {
  if (statement.proof !== undefined) return verifyProof(statement);
  if (statement.attestedBy === "server-session" && statement.status === "ConsentWithdrawn") return "server-session";
  throw new Refusal("bad-signature", "the statement carries no signature");
}
