// Setting a vault up: a passphrase or a passkey, a recovery code, and its end typed back. Only then is anything sent.

import { browserName } from "../consent/keys.mjs";
import { remember } from "./memory.mjs";
import { act } from "./page.mjs";
import { makeVault } from "./vault.mjs";
import { makeBrowser, makePasskey, makePassphrase, makeRecovery, SHORTEST_PASSPHRASE } from "./ways.mjs";

export const TYPED_BACK = 8;

export function setUp(root, owner) {
  const part = root.querySelector('[data-part="setup"]');
  const first = part.querySelector("[data-setup-first]");
  const second = part.querySelector("[data-setup-second]");
  let ways;

  const prepare = async (way) => {
    ways = [way, await makeRecovery()];
    second.querySelector("[data-recovery-code]").textContent = ways[1].identity;
    first.hidden = true;
    second.hidden = false;
    second.querySelector("h2").focus();
  };
  first.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.passphrase;
    act("Making the key of your passphrase. This takes a few seconds on purpose…", async () => {
      if (typed.value.length < SHORTEST_PASSPHRASE) {
        throw new Error(`A passphrase has at least ${SHORTEST_PASSPHRASE} characters: several words you can remember.`);
      }
      await prepare(await makePassphrase(typed.value));
      typed.value = "";
    });
  });
  first.querySelector("[data-setup-passkey]").addEventListener("click", () =>
    act("Waiting for your passkey…", async () => prepare(await makePasskey(browserName()))),
  );
  second.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = event.target.elements.back.value.replace(/\s+/g, "").toUpperCase();
    act("Setting up your vault…", async () => {
      if (typed !== ways[1].identity.slice(-TYPED_BACK)) {
        throw new Error("That is not the end of the recovery code. Look at what you wrote down, and type its last 8 characters.");
      }
      const browser = await makeBrowser(browserName());
      await makeVault(owner, [...ways, browser]);
      await remember(owner, { key: browser.identity, recipient: browser.slot.recipient });
      location.reload();
    });
  });
}
