// What every page shares: theme, menus, copy buttons, dialogs, and the CSRF token for htmx. No eval, no HTML from strings.

const root = document.documentElement;

function systemTheme() {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function setUpTheme(button) {
  const show = () => {
    const next = (root.dataset.theme ?? systemTheme()) === "dark" ? "light" : "dark";
    button.setAttribute("aria-label", `Switch to ${next} colours`);
    button.title = `Switch to ${next} colours`;
    return next;
  };
  button.hidden = false;
  show();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  button.addEventListener("click", () => {
    const next = show();
    const followsSystem = next === systemTheme();
    if (followsSystem) delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      if (followsSystem) localStorage.removeItem("fedart-theme");
      else localStorage.setItem("fedart-theme", next);
    } catch {
      // The choice then holds for this page only.
    }
    show();
  });
}

function setUpNavigation(button) {
  const nav = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    const open = nav.toggleAttribute("data-open");
    button.setAttribute("aria-expanded", String(open));
  });
}

// A menu closes on Escape and when the focus or a press goes elsewhere.
function setUpMenu(menu) {
  const close = () => menu.removeAttribute("open");
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    close();
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target)) close();
  });
}

function setUpCopy(button) {
  if (!navigator.clipboard) return;
  button.hidden = false;
  const word = button.textContent;
  button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("code, .code-display, pre")?.textContent ?? "";
    try {
      await navigator.clipboard.writeText(text.trim());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select it by hand";
    }
    setTimeout(() => { button.textContent = word; }, 2000);
  });
}

function setUpDialogOpener(opener) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.dialogOpen)?.showModal());
}

function setUpDialogCloser(closer) {
  closer.addEventListener("click", () => closer.closest("dialog")?.close());
}

// A range and its number box show the same value, whichever one is moved.
function setUpRange(pair) {
  const [first, second] = pair.querySelectorAll("input");
  if (!first || !second) return;
  first.addEventListener("input", () => { second.value = first.value; });
  second.addEventListener("input", () => { first.value = second.value; });
}

const PARTS = [
  ["[data-theme-toggle]", setUpTheme],
  ["[data-nav-toggle]", setUpNavigation],
  ["[data-menu]", setUpMenu],
  ["[data-copy]", setUpCopy],
  ["[data-dialog-open]", setUpDialogOpener],
  ["[data-dialog-close]", setUpDialogCloser],
  [".range", setUpRange],
];

// Safe to call twice on the same part of a page: what is ready is left alone.
export function setUp(scope = document) {
  for (const [selector, prepare] of PARTS) {
    for (const element of scope.querySelectorAll(selector)) {
      if (element.dataset.ready) continue;
      element.dataset.ready = "yes";
      prepare(element);
    }
  }
}

export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
});
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) setUp(event.detail.elt);
});

setUp();
