// The vault page: which of its three parts shows (set up, open, inside), and what goes wrong in a sentence.

import { browserName } from "../consent/keys.mjs";
import { inside } from "./inside.mjs";
import { recall, remember } from "./memory.mjs";
import { setUp } from "./setup.mjs";
import { look, openVault } from "./vault.mjs";
import { makeBrowser, openPasskey, openPassphrase, readCode } from "./ways.mjs";

const root = document.querySelector("[data-vault]");
const owner = root.dataset.owner;
const problem = root.querySelector("[data-problem]");
const progress = root.querySelector("[data-progress]");

export const say = (words) => {
  progress.textContent = words;
};

// Runs what a press began: buttons rest meanwhile, a failure is shown where the eye is.
export async function act(words, action) {
  problem.hidden = true;
  const buttons = Array.from(root.querySelectorAll("button"), (button) => [button, button.disabled]);
  buttons.forEach(([button]) => (button.disabled = true));
  say(words);
  // Let the browser paint the words before minutes of memory-hard work begin.
  await new Promise((resolve) => setTimeout(resolve, 30));
  try {
    await action();
    say("");
  } catch (error) {
    say("");
    problem.querySelector("[data-problem-text]").textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
  } finally {
    buttons.forEach(([button, was]) => (button.disabled = was));
  }
}

export function show(part) {
  for (const section of root.querySelectorAll("[data-part]")) section.hidden = section.dataset.part !== part;
}

function askForAKey(seen) {
  const part = root.querySelector('[data-part="open"]');
  const find = (kind) => seen.list.slots.filter((slot) => slot.kind === kind);
  part.querySelector("[data-open-passphrase]").hidden = !find("passphrase").length;
  part.querySelector("[data-open-passkey]").hidden = !find("passkey").length;
  const enter = async (identity) => {
    const vault = await openVault(owner, seen, identity);
    if (part.querySelector("[data-remember]").checked) {
      const way = await makeBrowser(browserName());
      await vault.add(way);
      await remember(owner, { key: way.identity, recipient: way.slot.recipient });
    }
    await inside(root, vault);
    show("inside");
  };
  part.querySelector("[data-open-passphrase]").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.passphrase;
    act("Opening. This takes a few seconds on purpose…", async () => {
      const [slot] = find("passphrase");
      await enter(await openPassphrase(seen.files[slot.file], typed.value));
      typed.value = "";
    });
  });
  part.querySelector("[data-open-passkey]").addEventListener("click", () =>
    act("Waiting for your passkey…", async () => {
      let failed;
      for (const slot of find("passkey")) {
        try {
          return await enter(await openPasskey(seen.files[slot.file], slot.hint));
        } catch (error) {
          failed = error;
        }
      }
      throw failed;
    }),
  );
  part.querySelector("[data-open-recovery]").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.code;
    act("Opening…", async () => {
      await enter(readCode(typed.value));
      typed.value = "";
    });
  });
}

async function begin() {
  const known = await recall(owner);
  const seen = await look(known.last);
  if (!seen) {
    setUp(root, owner);
    return show("setup");
  }
  if (known.key && seen.list.slots.some((slot) => slot.recipient === known.recipient)) {
    await inside(root, await openVault(owner, seen, known.key));
    return show("inside");
  }
  askForAKey(seen);
  show("open");
}

act("Looking at your vault…", begin);
