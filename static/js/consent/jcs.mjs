// The canonical form of JSON (RFC 8785) for what statements are made of: objects, arrays, strings, true, false, null
// and whole numbers up to 2^53 - 1. Everything else is refused, never guessed: two sides must sign the same bytes.

export function canonical(value) {
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join(",")}]`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    // RFC 8785 3.2.3: names in the order of their UTF-16 code units, which is what sort() does.
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${text(name)}:${canonical(value[name])}`).join(",")}}`;
  }
  throw new TypeError("a statement holds texts, whole numbers, lists and objects only");
}

function text(value) {
  if (!value.isWellFormed()) throw new TypeError("a lone surrogate is not text");
  return JSON.stringify(value);
}

function number(value) {
  if (!Number.isSafeInteger(value)) throw new TypeError("a number in a statement is whole and below 2^53");
  return String(value + 0);
}
