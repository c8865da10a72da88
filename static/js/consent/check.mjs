// Before anything is signed: does the draft say what the page says? The page is what the person read.

import { sha256Hex } from "./sign.mjs";

export class Mismatch extends Error {}

const STATUS = { grant: "ConsentGiven", refuse: "ConsentRefused" };

// Everything on the page that a signature will stand for.
export function readPage(root) {
  const lines = Array.from(root.querySelectorAll("[data-line]"), (line) => line.dataset.line + line.textContent);
  const terms = Array.from(root.querySelectorAll("[data-term]"), (term) => [term.dataset.term, term.textContent]);
  return {
    purpose: root.dataset.purpose,
    subject: root.dataset.subject,
    noticeText: `${lines.join("\n")}\n`,
    terms: Object.fromEntries(terms),
    works: Array.from(root.querySelectorAll("[data-work]"), (work) => `${work.dataset.count} ${work.dataset.work}`),
  };
}

export async function checkDraft(draft, shown, decision) {
  const same = (what, left, right) => {
    if (left !== right) throw new Mismatch(`The ${what} to be signed is not what this page shows.`);
  };
  same("purpose", draft.purpose, shown.purpose);
  same("decision", draft.status, STATUS[decision]);
  same("person", draft.subject, shown.subject);
  same("text", draft.notice.sha256, await sha256Hex(shown.noticeText));
  const names = Object.keys(draft.terms);
  same("list of terms", names.toSorted().join(), Object.keys(shown.terms).toSorted().join());
  for (const name of names) same(`term "${name}"`, String(draft.terms[name]), shown.terms[name]);
  const works = (draft.data.works ?? []).map((work) => `${work.count} ${work.commitment}`);
  same("list of works", works.toSorted().join(), shown.works.toSorted().join());
}
