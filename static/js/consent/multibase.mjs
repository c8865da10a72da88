// Base58btc and did:key, as consent/ledger/multibase.py writes them.

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const ED25519_CODEC = [0xed, 0x01];

export function base58(bytes) {
  const digits = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let i = 0; i < digits.length; i += 1) {
      carry += digits[i] * 256;
      digits[i] = carry % 58;
      carry = Math.floor(carry / 58);
    }
    for (; carry > 0; carry = Math.floor(carry / 58)) digits.push(carry % 58);
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(zeros === -1 ? bytes.length : zeros) + digits.reverse().map((digit) => ALPHABET[digit]).join("");
}

export function keyMultibase(publicKey) {
  return `z${base58(Uint8Array.from([...ED25519_CODEC, ...publicKey]))}`;
}

export function verificationMethod(multibase) {
  return `did:key:${multibase}#${multibase}`;
}
