// JSON read strictly, as consent/ledger/canonical.py reads it: two readers must never disagree about a value.

import { canonical } from "../consent/jcs.mjs";
import { Refusal, text } from "./bytes.mjs";

const MAX_DEPTH = 8;
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;
// eslint-disable-next-line no-control-regex
const NOT_TEXT = /[\u0000\ud800-\udfff]/u;

// An object in UTF-8: no name twice in one object, no fractions, at most eight levels deep.
export function parseObject(bytes, limit) {
  if (bytes.length > limit) throw new Refusal("too-large", `at most ${limit} bytes`);
  let written;
  let value;
  try {
    written = text(bytes);
    value = JSON.parse(written);
  } catch {
    throw new Refusal("not-json");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal("not-json");
  let named = 0;
  // In valid JSON a string before a colon is a name, and only numbers are left once strings and words are gone.
  const numbers = written.replace(STRINGS, (_, colon) => {
    if (colon) named += 1;
    return " ";
  });
  const names = countNames(value, 1);
  if (named !== names) throw new Refusal("duplicate-key");
  if (/\d[.eE]/.test(numbers)) throw new Refusal("wrong-shape", "a number that is not whole");
  return value;
}

// As parseObject, and the bytes must be the RFC 8785 form of what they say.
export function parseCanonical(bytes, limit) {
  const value = parseObject(bytes, limit);
  let form;
  try {
    form = canonical(value);
  } catch {
    throw new Refusal("wrong-shape");
  }
  if (form !== text(bytes)) throw new Refusal("not-canonical");
  return value;
}

// How many names all objects in it have; refuses what no text can hold and what is nested too deeply.
function countNames(value, depth) {
  if (depth > MAX_DEPTH) throw new Refusal("wrong-shape", "nested too deeply");
  if (typeof value === "string" && NOT_TEXT.test(value)) throw new Refusal("wrong-shape", "a character that is not text");
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + countNames(one, depth + 1), 0);
  const names = Object.keys(value);
  return names.reduce((sum, name) => sum + countNames(name, depth + 1) + countNames(value[name], depth + 1), names.length);
}

