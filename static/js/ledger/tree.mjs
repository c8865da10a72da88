// The Merkle tree of RFC 6962; proofs are checked as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say. Sizes are BigInts.

import { same, sha256 } from "./bytes.mjs";

const MAX_SIZE = 2n ** 62n;
const MAX_PATH = 63;
const ONE = Uint8Array.of(1);

export const leafHash = (entry) => sha256(Uint8Array.of(0), entry);
export const nodeHash = (left, right) => sha256(ONE, left, right);

export async function rootOf(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const middle = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return nodeHash(await rootOf(leaves.slice(0, middle)), await rootOf(leaves.slice(middle)));
}

const wellFormed = (path) => path.length <= MAX_PATH && path.every((one) => one.length === 32);

export async function checkInclusion(leaf, index, size, path, root) {
  if (index < 0n || index >= size || size > MAX_SIZE || !wellFormed(path)) return false;
  let [here, last, found] = [index, size - 1n, leaf];
  for (const step of path) {
    if (last === 0n) return false;
    if (here & 1n || here === last) {
      found = await nodeHash(step, found);
      while (!(here & 1n) && here) [here, last] = [here >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, step);
    }
    [here, last] = [here >> 1n, last >> 1n];
  }
  return last === 0n && same(found, root);
}

export async function checkConsistency(old, size, oldRoot, newRoot, path) {
  if (old < 0n || old > size || size > MAX_SIZE || !wellFormed(path)) return false;
  if (old === 0n) return path.length === 0 && same(oldRoot, await sha256());
  if (old === size) return path.length === 0 && same(oldRoot, newRoot);
  const steps = old & (old - 1n) ? path : [oldRoot, ...path];
  if (steps.length === 0) return false;
  let [here, last] = [old - 1n, size - 1n];
  while (here & 1n) [here, last] = [here >> 1n, last >> 1n];
  let [was, found] = [steps[0], steps[0]];
  for (const step of steps.slice(1)) {
    if (last === 0n) return false;
    if (here & 1n || here === last) {
      [was, found] = [await nodeHash(step, was), await nodeHash(step, found)];
      while (!(here & 1n) && here) [here, last] = [here >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, step);
    }
    [here, last] = [here >> 1n, last >> 1n];
  }
  return last === 0n && same(was, oldRoot) && same(found, newRoot);
}
