// The consent page: one press makes the key if there is none, fetches the draft, checks it against the page, signs, sends.

import { checkDraft, readPage } from "./check.mjs";
import { browserName, forgetKey, keyState, makeKey, storedKey } from "./keys.mjs";
import { signWithPasskey } from "./passkey.mjs";
import { signTwice } from "./sign.mjs";

const LOST_KEY = new Set(["key-taken", "key-withdrawn"]);

class Refused extends Error {
  constructor(problem) {
    super([problem.detail, problem.fix].filter(Boolean).join(" ") || "The server refused this.");
    this.code = problem.code;
  }
}

async function post(url, body) {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  } catch {
    throw new Error("The server could not be reached, so nothing was recorded. Check the connection and press again.");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(found);
  return found;
}

async function registeredKey(subject, { again = true } = {}) {
  const key = (await storedKey(subject)) ?? (await makeKey(subject));
  try {
    await post("/consent/keys", { public_key: key.multibase, label: browserName() });
  } catch (error) {
    if (!again || !LOST_KEY.has(error.code)) throw error;
    // The key was withdrawn, here or elsewhere: this browser makes a new one.
    await forgetKey(subject);
    return registeredKey(subject, { again: false });
  }
  return key;
}

async function decide(shown, decision, passkeys, say) {
  say("Preparing the key of this browser…");
  const key = await registeredKey(shown.subject);
  say("Fetching the statement…");
  const { document: draft } = await post("/consent/drafts", { purpose: shown.purpose, decision, key: key.multibase });
  await checkDraft(draft, shown, decision);
  say("Signing…");
  // The server's time, so that a wrong clock here does not stand in the way.
  const { text, data } = await signTwice(draft, key, draft.issuedAt);
  if (passkeys.length === 0) return post("/consent/statements", text);
  say("Waiting for your passkey…");
  const passkey = await signWithPasskey(data, passkeys);
  return post("/consent/statements/with-passkey", { statement: text, passkey });
}

function setUp(root) {
  const buttons = Array.from(root.querySelectorAll("[data-decision]"));
  const problem = root.querySelector("[data-problem]");
  const twice = root.querySelector("[data-passkeys]");
  const progress = root.querySelector("[data-progress]");
  const say = (text) => {
    progress.textContent = text;
  };
  const busy = (is) => buttons.forEach((button) => (button.disabled = is));

  for (const button of buttons) {
    button.addEventListener("click", async () => {
      busy(true);
      problem.hidden = true;
      try {
        const passkeys = twice?.checked ? twice.dataset.passkeys.split(" ") : [];
        await decide(readPage(root), button.dataset.decision, passkeys, say);
        say("Recorded. Loading the page again…");
        location.reload();
      } catch (error) {
        say("");
        problem.querySelector("[data-problem-text]").textContent = error.message;
        problem.hidden = false;
        busy(false);
      }
    });
  }
  busy(false);
}

const MAY_GO = " A private window forgets it when you close it, and some browsers clear it after weeks without a visit.";
const KEY_STATES = {
  insecure: () => "Keys need a secure connection. Open this page by https. Revoking works without a key.",
  blocked: () =>
    "This browser does not let the page keep a key. That happens in some private windows and where site data is blocked. " +
    "To grant or refuse, open this page in an ordinary window or allow site data for it. Revoking works without a key.",
  "no-ed25519": () =>
    "This browser cannot make Ed25519 keys. To grant or refuse, use Chrome or Edge 137, Firefox 129 or Safari 17, or a " +
    "newer one. Revoking works in this one, too.",
  here: ({ lasts }) => `This browser has a key for your account. It cannot be copied out of here.${lasts ? "" : MAY_GO}`,
  none: (_, known) =>
    known > 0
      ? "This browser has no key for your account yet: it is another browser, a private window, or its data was cleared. " +
        "Nothing is lost. It makes a new key when you decide; keys of other browsers stay valid, and your computers will " +
        "ask you once to confirm the new one."
      : "This browser makes a key for your account when you first decide. It cannot be copied out of here.",
};

async function showKeyState(root) {
  const line = root.querySelector("[data-key-state]");
  if (!line) return;
  const state = await keyState(root.dataset.subject);
  line.textContent = KEY_STATES[state.kind](state, Number(root.dataset.knownKeys));
  for (const row of document.querySelectorAll("[data-key]")) {
    row.querySelector("[data-this-browser]").hidden = row.dataset.key !== state.key?.multibase;
  }
}

const root = document.querySelector("[data-consent]");
if (root) setUp(root);
const place = root ?? document.querySelector("[data-consent-overview]");
if (place) showKeyState(place);
