// The page "Check a receipt": reads files that the visitor chooses and says what they prove. Nothing is sent anywhere.

import { checkBundle } from "./bundle.mjs";
import { Refusal } from "./bytes.mjs";
import { MAX_RECEIPT, checkReceipt } from "./receipt.mjs";
import { parseObject } from "./strict.mjs";

const form = document.querySelector("[data-check]");
const results = document.querySelector("[data-results]");

const lines = (name) => form.elements[name].value.split(/\s*\n\s*/).filter(Boolean);

async function checkFile(file, trust) {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (head[0] === 0x50 && head[1] === 0x4b) return checkBundle(file, trust);
  try {
    // One byte more than may be read is enough to refuse it.
    const receipt = parseObject(new Uint8Array(await file.slice(0, MAX_RECEIPT + 1).arrayBuffer()), MAX_RECEIPT);
    return await checkReceipt(receipt, trust);
  } catch (error) {
    const code = error instanceof Refusal ? error.code : "not-json";
    return { proven: [], unproven: [], wrong: [`${code}: this is neither a receipt nor a bundle of FedArt`], code };
  }
}

function element(name, content, className = "") {
  const made = document.createElement(name);
  made.className = className;
  if (typeof content === "string") made.textContent = content;
  else made.append(...content);
  return made;
}

// Keys and hashes break anywhere, in the letters of code; words do not.
function words(sentence) {
  return sentence.split(/(\S{30,})/).map((part, at) => (at % 2 ? element("span", part, "hash") : part));
}

function list(title, found) {
  if (!found.length) return [];
  const items = found.map((sentence) => element("li", words(`${sentence[0].toUpperCase()}${sentence.slice(1)}.`)));
  return [element("h3", title), element("ul", items)];
}

function show(name, report) {
  const holds = report.wrong.length === 0;
  const box = element("section", [
    element("h2", `${name}: ${holds ? "it holds" : "it does not hold"}`),
    ...list("Wrong", report.wrong),
    ...list(holds ? "Proven" : "Checked before that", report.proven),
    ...list("Not proven by this file alone", report.unproven),
  ], `stack notice notice--${holds ? "good" : "error"}`);
  box.dataset.verdict = holds ? "holds" : report.code;
  results.append(box);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  results.replaceChildren();
  results.setAttribute("aria-busy", "true");
  const trust = { logs: lines("log_key"), witnesses: lines("witness_keys") };
  for (const file of form.elements.files.files) show(file.name, await checkFile(file, trust));
  results.setAttribute("aria-busy", "false");
});
form.querySelector("button").disabled = false;
