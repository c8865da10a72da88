// Read a zip that a stranger sent, file by file. The whole directory is judged before anything is unpacked, with the
// limits of consent/ledger/bundle_reader.py.

import { Refusal, text } from "./bytes.mjs";

const MAX_BUNDLE = 2 * 1024 ** 3;
const MAX_MEMBER = 256 * 1024 ** 2;
const MAX_TOTAL = 8 * 1024 ** 3;
const MAX_MEMBERS = 10_000;
const MAX_DIRECTORY = 2 * 1024 ** 2;
const MAX_RATIO = 200;
const RATIO_FREE = 65_536;
const NAME = /^(?!\.)[A-Za-z0-9._-]{1,80}(?:\/(?!\.)[A-Za-z0-9._-]{1,80}){0,4}$/;

const view = async (file, start, end) => new DataView(await file.slice(start, end).arrayBuffer());

// name -> {size, chunks()}: an async generator of the unpacked bytes.
export async function openZip(file) {
  if (file.size > MAX_BUNDLE) throw new Refusal("bundle-too-large");
  if (file.size < 22) throw new Refusal("bad-bundle");
  const end = await view(file, file.size - 22, file.size);
  const [disks, here, total, length, offset] = [end.getUint32(4), end.getUint16(8, true), end.getUint16(10, true), end.getUint32(12, true), end.getUint32(16, true)];
  if (end.getUint32(0) !== 0x504b0506 || disks || here !== total || end.getUint16(20)) throw new Refusal("bad-bundle", "no plain zip");
  if (total > MAX_MEMBERS || length > MAX_DIRECTORY || offset + length > file.size) throw new Refusal("bundle-too-large", "its directory");
  const members = readDirectory(await view(file, offset, offset + length), total);
  judge(members, file.size);
  return new Map(members.map((member) => [member.name, { size: member.size, chunks: () => unpack(file, member) }]));
}

function readDirectory(directory, total) {
  const members = [];
  let at = 0;
  for (let count = 0; count < total; count += 1) {
    if (at + 46 > directory.byteLength || directory.getUint32(at) !== 0x504b0102) throw new Refusal("bad-bundle");
    const [name, extra, comment] = [28, 30, 32].map((place) => directory.getUint16(at + place, true));
    if (at + 46 + name > directory.byteLength) throw new Refusal("bad-bundle");
    members.push({
      name: text(new Uint8Array(directory.buffer, at + 46, name)),
      flags: directory.getUint16(at + 8, true),
      method: directory.getUint16(at + 10, true),
      packed: directory.getUint32(at + 20, true),
      size: directory.getUint32(at + 24, true),
      mode: directory.getUint16(at + 40, true),
      place: directory.getUint32(at + 42, true),
    });
    at += 46 + name + extra + comment;
  }
  return members;
}

function judge(members, size) {
  const seen = new Set();
  let [total, end] = [0, 0];
  for (const member of members) {
    const kind = member.mode & 0xf000;
    if (!NAME.test(member.name) || seen.has(member.name.toLowerCase()) || (kind && kind !== 0x8000)) throw new Refusal("bundle-path", member.name.slice(0, 60));
    seen.add(member.name.toLowerCase());
  }
  for (const { name, flags, method, packed, size: unpacked, place } of members.toSorted((one, two) => one.place - two.place)) {
    if (flags & 1 || ![0, 8].includes(method)) throw new Refusal("bad-bundle", `${name} is packed in a way that is not read here`);
    total += unpacked;
    const swollen = unpacked > RATIO_FREE && unpacked > MAX_RATIO * Math.max(1, packed);
    if (unpacked > MAX_MEMBER || total > MAX_TOTAL || swollen || place < end || place + packed > size) throw new Refusal("bundle-too-large", name);
    end = place + packed;
  }
}

async function* unpack(file, member) {
  const local = await view(file, member.place, member.place + 30);
  if (local.byteLength < 30 || local.getUint32(0) !== 0x504b0304) throw new Refusal("bad-bundle");
  const start = member.place + 30 + local.getUint16(26, true) + local.getUint16(28, true);
  const packed = file.slice(start, start + member.packed).stream();
  const stream = member.method === 8 ? packed.pipeThrough(new DecompressionStream("deflate-raw")) : packed;
  const reader = stream.getReader();
  let left = member.size;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      left -= value.length;
      if (left < 0) throw new Refusal("bundle-too-large", member.name);
      yield value;
    }
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("bad-bundle", member.name);
  } finally {
    await reader.cancel().catch(() => {});
  }
}
