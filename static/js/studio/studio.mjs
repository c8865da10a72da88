// The studio: live cards, the dice, suggested prompts, cancel without leaving the page.

import { csrfToken } from "../ui.mjs";
import { update } from "./card.mjs";
import { connect } from "./socket.mjs";

const SEED_MAX = 2 ** 31 - 1;
const LINES = {
  lost: "The connection is lost; trying again. Your pictures are made all the same.",
  "signed-out": "You have been signed out. Sign in again to see how far your pictures are.",
};

const list = document.querySelector("[data-studio]");
const said = document.getElementById("studio-said");
const line = document.getElementById("studio-line");

// The last news of each request: a card that comes later than its news is then brought up to date.
const latest = new Map();

function cardOf(id) {
  return list.querySelector(`[data-request="${CSS.escape(id)}"]`);
}

function onNews(news) {
  if (news.kind === "snapshot") {
    for (const one of news.requests) onNews(one);
    return;
  }
  latest.set(news.id, news);
  const card = cardOf(news.id);
  if (!card) return;
  const sentence = update(card, news);
  if (sentence) said.textContent = sentence;
}

function onLine(state) {
  line.hidden = state === "open";
  line.textContent = LINES[state] ?? "";
}

async function cancel(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken(), "X-Requested-With": "fetch" },
    });
    if (!answer.ok) throw new Error(String(answer.status));
    // The card changes when the socket says that it has ended.
  } catch {
    form.submit();
  } finally {
    button.disabled = false;
  }
}

function rollDice() {
  const numbers = crypto.getRandomValues(new Uint32Array(1));
  document.getElementById("id_seed").value = numbers[0] & SEED_MAX;
}

function suggest(words) {
  const prompt = document.getElementById("id_prompt");
  prompt.value = words;
  prompt.focus();
}

// What only works with this script is hidden until it is here, also after htmx has replaced the form.
function reveal(scope) {
  for (const element of scope.querySelectorAll("[data-dice], [data-suggestions]")) element.hidden = false;
}

// Keeping a preset is an ordinary form post: htmx would send it to where pictures are asked for.
function sendPlain(button) {
  button.form.action = button.formAction;
  button.form.submit();
}

document.addEventListener("click", (event) => {
  const plain = event.target.closest("[data-plain]");
  if (plain) {
    event.preventDefault();
    sendPlain(plain);
  }
  if (event.target.closest("[data-dice]")) rollDice();
  const chip = event.target.closest("[data-prompt]");
  if (chip) suggest(chip.dataset.prompt);
});
document.addEventListener("submit", (event) => {
  if (event.target.dataset.part !== "cancel") return;
  event.preventDefault();
  cancel(event.target);
});
document.addEventListener("htmx:load", (event) => {
  reveal(event.detail.elt.parentElement ?? document);
  const id = event.detail.elt.dataset?.request;
  if (!id) return;
  // On a phone the list is below the form: show where the picture will appear.
  event.detail.elt.scrollIntoView({ block: "nearest" });
  if (latest.has(id)) onNews(latest.get(id));
});

reveal(document);
if (list) connect("/ws/studio/", { onNews, onLine });
