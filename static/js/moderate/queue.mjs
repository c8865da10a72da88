// The moderators' queue by keyboard: J and K go through the reports, a digit chooses a reason, Enter decides.

const cards = [...document.querySelectorAll("[data-report]")];
const typing = (element) =>
  element instanceof HTMLTextAreaElement ||
  element instanceof HTMLSelectElement ||
  (element instanceof HTMLInputElement && element.type !== "radio");

const current = () => cards.indexOf(document.activeElement?.closest("[data-report]"));

function go(step) {
  const at = current();
  const next = at < 0 ? (step > 0 ? 0 : cards.length - 1) : at + step;
  const card = cards[Math.min(Math.max(next, 0), cards.length - 1)];
  card?.focus();
  card?.scrollIntoView({ block: "nearest" });
}

function choose(number) {
  const reasons = cards[current()]?.querySelectorAll('input[name="reason"]');
  const reason = reasons?.[number - 1];
  if (reason) {
    reason.checked = true;
    reason.focus();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    go(key === "j" ? 1 : -1);
  } else if (/^[1-9]$/.test(key)) {
    event.preventDefault();
    choose(Number(key));
  }
});
