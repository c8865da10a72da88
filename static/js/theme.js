// Runs before the first paint, so that a chosen theme never flashes. Nothing else belongs here.
(() => {
  document.documentElement.classList.add("js");
  try {
    const chosen = localStorage.getItem("fedart-theme");
    if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
  } catch {
    // Storage may be refused; the system's preference then decides.
  }
})();
