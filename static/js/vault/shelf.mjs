// The adapters of an open vault: names, notes, sample pictures, and files to take away.

import { utf8 } from "./bytes.mjs";
import { fill } from "./inside.mjs";
import { toKohya } from "./kohya.mjs";
import { act } from "./page.mjs";

export async function shelf(part, vault, draw) {
  const rows = [];
  for (const adapter of vault.adapters) rows.push(await row(vault, adapter, draw));
  part.querySelector("[data-adapters]").replaceChildren(...rows);
  part.querySelector("[data-no-adapters]").hidden = rows.length > 0;
}

async function row(vault, adapter, draw) {
  const about = await vault.about(adapter);
  const [file] = vault.files(adapter, "adapter");
  const made = about.made ? `Made ${about.made.slice(0, 10)}. ` : "";
  const part = fill("vault-adapter", {
    title: `${about.name}, version ${about.number}`,
    facts: `${made}${(file.bytes / 1e6).toFixed(1)} MB, encrypted. ${about.pictures ?? 0} pictures, ${about.steps ?? 0} steps.`,
    note: about.note ?? "",
  });
  const form = part.querySelector("form");
  form.elements.name.value = about.name;
  form.elements.note.value = about.note ?? "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [name, note] = [form.elements.name.value.trim() || about.name, form.elements.note.value.trim()];
    act("Encrypting the description…", () => vault.describe(adapter, { ...about, name, note }).then(draw));
  });
  const name = `${about.name.replace(/[^\p{L}\p{N}_-]+/gu, "-")}-v${about.number}`;
  const take = (selector, words, change) =>
    part.querySelector(selector).addEventListener("click", () =>
      act(words, async () => save(`${name}${selector.includes("kohya") ? "-kohya" : ""}.safetensors`, change(await vault.content(file)))),
    );
  take("[data-take-diffusers]", "Fetching and decrypting…", (content) => content);
  take("[data-take-kohya]", "Fetching, decrypting, renaming…", toKohya);
  const label = `${about.name}, version ${about.number}`;
  const remove = part.querySelector("[data-remove-adapter]");
  remove.setAttribute("aria-label", `Delete ${label}`);
  remove.addEventListener("click", () => {
    if (remove.dataset.sure) act("Deleting…", () => vault.removeAdapter(adapter).then(draw));
    remove.dataset.sure = "yes";
    remove.textContent = "Press again to delete for good";
  });
  await samples(part, vault, adapter, label);
  return part;
}

async function samples(part, vault, adapter, label) {
  for (const file of vault.files(adapter, "sample")) {
    const item = document.createElement("li");
    const image = document.createElement("img");
    image.src = URL.createObjectURL(new Blob([await vault.content(file)], { type: "image/png" }));
    image.alt = `Sample made with ${label}`;
    item.append(image);
    part.querySelector("[data-samples]").append(item);
  }
}

function save(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([typeof content === "string" ? utf8(content) : content]));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
