// Asks the agent what it does now, every second, and shows the very sentence that `fedart-edge status` prints.
const sentence = document.getElementById("sentence");
const steps = document.getElementById("steps");
const pause = document.getElementById("pause");
const resume = document.getElementById("resume");
const EVERY_MS = 1000;
const GONE = "The agent has stopped. Start it with `fedart-edge run`, then `fedart-edge page`.";

function show(now) {
  if (sentence.textContent !== now.sentence) sentence.textContent = now.sentence;
  sentence.dataset.state = now.state;
  steps.hidden = !now.steps;
  if (now.steps) {
    steps.max = now.steps;
    steps.value = now.step ?? 0;
  }
  pause.hidden = now.paused;
  resume.hidden = !now.paused;
}

async function look() {
  try {
    const answer = await fetch("status.json", { cache: "no-store" });
    show(await answer.json());
  } catch {
    sentence.textContent = GONE;
    sentence.dataset.state = "error";
  }
  setTimeout(look, EVERY_MS);
}

look();
