// Inside an open vault: what it holds, who can open it, who asks to be let in.

import { browserName } from "../consent/keys.mjs";
import { fingerprint, utf8 } from "./bytes.mjs";
import { fingerprintOf } from "./list.mjs";
import { forget, recall } from "./memory.mjs";
import { act, say } from "./page.mjs";
import * as server from "./server.mjs";
import { shelf } from "./shelf.mjs";
import { deviceSlot, makePasskey, makePassphrase, makeRecovery, SHORTEST_PASSPHRASE } from "./ways.mjs";

const KINDS = {
  passphrase: "Passphrase", passkey: "Passkey", recovery: "Recovery code", browser: "Browser", device: "Computer",
};

export function fill(template, texts) {
  const part = document.getElementById(template).content.cloneNode(true);
  for (const [name, value] of Object.entries(texts)) part.querySelector(`[data-${name}]`).textContent = value;
  return part;
}

export async function inside(root, vault) {
  const part = root.querySelector('[data-part="inside"]');
  const draw = async () => {
    part.querySelector("[data-fingerprint]").textContent = await fingerprintOf(vault.list);
    part.querySelector("[data-version]").textContent = String(vault.list.version);
    part.querySelector("[data-older]").hidden = vault.older.length === 0;
    await Promise.all([drawSlots(part, vault, draw), drawAsks(part, vault, draw), shelf(part, vault, draw)]);
  };
  wire(part, vault, draw);
  await draw();
}

async function drawSlots(part, vault, draw) {
  const { recipient } = await recall(vault.owner);
  const rows = vault.list.slots.map((slot) => {
    const here = slot.recipient === recipient ? " (this browser)" : "";
    const row = fill("vault-slot", {
      kind: KINDS[slot.kind], "label-text": slot.label + here, added: slot.added.slice(0, 10),
    });
    row.querySelector("button").setAttribute("aria-label", `Remove ${KINDS[slot.kind]} ${slot.label}`);
    row.querySelector("button").addEventListener("click", () =>
      act("Removing it and making new keys…", async () => {
        await vault.removeSlot(slot.id);
        if (here) await forget(vault.owner);
        await draw();
      }),
    );
    return row;
  });
  part.querySelector("[data-slots]").replaceChildren(...rows);
}

async function drawAsks(part, vault, draw) {
  const { asks } = await server.overview();
  const rows = await Promise.all(
    asks.map(async (ask) => {
      const row = fill("vault-ask", { name: ask.name, fingerprint: await fingerprint(utf8(ask.recipient)) });
      const [yes, no] = row.querySelectorAll("button");
      yes.addEventListener("click", () =>
        act("Letting it in…", async () => {
          const bytes = await vault.add({ slot: deviceSlot(ask) });
          await draw();
          part.querySelector("[data-rewritten]").textContent = `It is in. ${bytes} bytes of keys were rewritten, and no adapter.`;
        }),
      );
      no.addEventListener("click", () => act("Turning it away…", () => server.turnAway(ask.device).then(draw)));
      return row;
    }),
  );
  part.querySelector("[data-asks]").replaceChildren(...rows);
  part.querySelector("[data-no-asks]").hidden = rows.length > 0;
}

function wire(part, vault, draw) {
  const on = (selector, words, action) =>
    part.querySelector(selector).addEventListener("click", () => act(words, async () => {
      await action();
      await draw();
    }));
  part.querySelector("[data-new-passphrase]").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.passphrase;
    act("Making the key of your new passphrase…", async () => {
      if (typed.value.length < SHORTEST_PASSPHRASE) {
        throw new Error(`A passphrase has at least ${SHORTEST_PASSPHRASE} characters.`);
      }
      await vault.replaceKind(await makePassphrase(typed.value));
      typed.value = "";
      await draw();
      part.querySelector("[data-changed]").textContent = "The new passphrase opens your vault; the old one no longer does.";
    });
  });
  on("[data-add-passkey]", "Waiting for your passkey…", async () => vault.add(await makePasskey(browserName())));
  on("[data-new-recovery]", "Making a new recovery code…", async () => {
    const way = await makeRecovery();
    await vault.replaceKind(way);
    part.querySelector("[data-new-code]").textContent = way.identity;
    part.querySelector("[data-new-code-box]").hidden = false;
  });
  on("[data-refresh]", "Looking…", async () => undefined);
  on("[data-reencrypt]", "Encrypting older files anew…", () => vault.reencrypt((left) => say(`${left} files left…`)));
  part.querySelector("[data-erase]").addEventListener("submit", (event) => {
    event.preventDefault();
    act("Erasing…", async () => {
      const done = await server.erase(event.target.elements.word.value);
      await forget(vault.owner);
      part.querySelector("[data-erased]").textContent =
        `Erased: ${done.files_removed} files, ${done.lists_removed} lists. Counted afterwards: ${done.rows_left} rows and ${done.files_left} files left.`;
      part.querySelector("[data-erased]").hidden = false;
    });
  });
}
