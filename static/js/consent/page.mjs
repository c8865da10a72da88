// The consent page: one press makes the key if there is none, fetches the draft, checks it against the page, signs, sends.

import { checkDraft, readPage } from "./check.mjs";
import { browserName, forgetKey, makeKey, storedKey } from "./keys.mjs";
import { signStatement } from "./sign.mjs";

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

async function decide(shown, decision, say) {
  say("Preparing the key of this browser…");
  const key = await registeredKey(shown.subject);
  say("Fetching the statement…");
  const { document: draft } = await post("/consent/drafts", { purpose: shown.purpose, decision, key: key.multibase });
  await checkDraft(draft, shown, decision);
  say("Signing…");
  // The server's time, so that a wrong clock here does not stand in the way.
  await post("/consent/statements", await signStatement(draft, key, draft.issuedAt));
}

function setUp(root) {
  const buttons = Array.from(root.querySelectorAll("[data-decision]"));
  const problem = root.querySelector("[data-problem]");
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
        await decide(readPage(root), button.dataset.decision, say);
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

async function showKeyState(root) {
  const line = root.querySelector("[data-key-state]");
  if (!line) return;
  try {
    const key = await storedKey(root.dataset.subject);
    line.textContent = key
      ? "This browser has a key for your account. It cannot be copied out of here."
      : "This browser has no key for your account yet. It makes one when you decide; keys of other browsers stay valid.";
    for (const row of document.querySelectorAll("[data-key]")) {
      row.querySelector("[data-this-browser]").hidden = row.dataset.key !== key?.multibase;
    }
  } catch (error) {
    line.textContent = error.message;
  }
}

const root = document.querySelector("[data-consent]");
if (root) {
  setUp(root);
  showKeyState(root);
}
