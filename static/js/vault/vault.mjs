// An opened vault: the keys in this page's memory, the signed list, and everything that can be done with them.

import { sha256Hex, text, utf8 } from "./bytes.mjs";
import { follow, now, signList, Untrue } from "./list.mjs";
import { remember } from "./memory.mjs";
import { makeRing, openRing, openWith, recipientOf, sealFor, sealRing } from "./ring.mjs";
import * as server from "./server.mjs";

// What the server shows, followed from what this browser saw last: {list, text, files, asks}; null where there is none.
export async function look(last) {
  const shown = await server.overview();
  if (!shown) return null;
  return { ...shown, text: shown.list, list: await follow(last, shown.list, server.listsAfter) };
}

export async function openVault(owner, seen, identity) {
  const keyring = seen.files[seen.list.keyring];
  if (!keyring || (await sha256Hex(keyring)) !== seen.list.keyring) {
    throw new Untrue("The keyring is not the one that the vault's list names.");
  }
  let ring;
  try {
    ring = await openRing(keyring, identity);
  } catch (error) {
    if (error instanceof Untrue) throw error;
    throw new Error("This key does not open the vault (any more). Use another way.");
  }
  if ((await recipientOf(ring)) !== seen.list.recipient || ring.list.signer !== seen.list.signer) {
    throw new Untrue("The keyring holds other keys than the vault's list names.");
  }
  await remember(owner, { last: seen.text });
  return new Vault(owner, seen, ring);
}

// The first list: nothing is sent before the artist has shown that she kept the recovery code.
export async function makeVault(owner, ways) {
  const ring = await makeRing();
  const keyring = await sealRing(ring, ways.map((way) => way.slot.recipient));
  const list = {
    "@context": ["urn:fedart:vault:v1"],
    type: "VaultList",
    format: 1,
    vault: crypto.randomUUID(),
    version: 1,
    prev: null,
    generation: 1,
    recipient: await recipientOf(ring),
    keyring: await sha256Hex(keyring),
    slots: ways.map((way) => way.slot),
    files: [],
    issuedAt: now(),
  };
  const signed = await signList(list, ring.list);
  await server.sendList(signed, [keyring, ...ways.map((way) => way.file).filter(Boolean)]);
  await remember(owner, { last: signed });
}

class Vault {
  #ring;

  constructor(owner, seen, ring) {
    this.owner = owner;
    this.list = seen.list;
    this.text = seen.text;
    this.#ring = ring;
  }

  // Sign and send the next list; `bytes` is what was rewritten: keyring and list.
  async #commit(changes, files = [], ring = this.#ring) {
    const list = {
      ...this.list,
      ...changes,
      version: this.list.version + 1,
      prev: await sha256Hex(utf8(this.text)),
      issuedAt: now(),
    };
    const signed = await signList(list, ring.list, this.#ring.list);
    await server.sendList(signed, files);
    await remember(this.owner, { last: signed });
    [this.#ring, this.text, this.list] = [ring, signed, JSON.parse(signed)];
    delete this.list.proof;
  }

  // Other ways to open it. `rotate` makes new vault keys, so that who was removed opens nothing that comes later.
  async setSlots(slots, { files = [], rotate = false } = {}) {
    const ring = rotate ? await makeRing(this.#ring.identities) : this.#ring;
    const keyring = await sealRing(ring, slots.map((slot) => slot.recipient));
    const changes = { slots, keyring: await sha256Hex(keyring) };
    if (rotate) Object.assign(changes, { generation: this.list.generation + 1, recipient: await recipientOf(ring) });
    await this.#commit(changes, [keyring, ...files], ring);
    return keyring.length;
  }

  add(way) {
    return this.setSlots([...this.list.slots, way.slot], { files: way.file ? [way.file] : [] });
  }

  // Removing is re-keying.
  removeSlot(id) {
    return this.setSlots(this.list.slots.filter((slot) => slot.id !== id), { rotate: true });
  }

  // A new way instead of all of its kind: change the passphrase, renew the recovery code.
  replaceKind(way) {
    const others = this.list.slots.filter((slot) => slot.kind !== way.slot.kind);
    return this.setSlots([...others, way.slot], { files: way.file ? [way.file] : [] });
  }

  // What an adapter is called and how it was made; a description that cannot be read is said, not hidden.
  async about(adapter) {
    const file = this.files(adapter, "about")[0];
    return file ? JSON.parse(text(await this.content(file))) : { name: "Without a name", number: 1, note: "" };
  }

  files(adapter, kind) {
    return this.list.files.filter((file) => file.adapter === adapter && file.kind === kind);
  }

  get adapters() {
    return this.list.files.filter((file) => file.kind === "adapter").map((file) => file.adapter);
  }

  async content(file) {
    return openWith(await server.fetchFile(file), this.#ring.identities);
  }

  async describe(adapter, about) {
    const data = await sealFor([this.list.recipient], utf8(JSON.stringify(about)));
    const sha256 = await server.sendFile(data);
    const others = this.list.files.filter((file) => file.adapter !== adapter || file.kind !== "about");
    const line = { adapter, kind: "about", sha256, bytes: data.length, generation: this.list.generation };
    await this.#commit({ files: [...others, line] });
  }

  removeAdapter(adapter) {
    return this.#commit({ files: this.list.files.filter((file) => file.adapter !== adapter) });
  }

  get older() {
    return this.list.files.filter((file) => file.generation < this.list.generation);
  }

  // Encrypt what is still under older vault keys to the present one, file by file.
  async reencrypt(onFile) {
    for (const old of this.older) {
      const data = await sealFor([this.list.recipient], await this.content(old));
      const line = { ...old, sha256: await server.sendFile(data), bytes: data.length, generation: this.list.generation };
      await this.#commit({ files: this.list.files.map((file) => (file.sha256 === old.sha256 ? line : file)) });
      onFile(this.older.length);
    }
  }
}
