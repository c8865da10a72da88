// Brings one request's card up to date with a payload of gallery/events.py.

const STATES = {
  awaiting: ["wait", "Waits for your computer"],
  queued: ["wait", "Waiting"],
  running: ["busy", "Being made"],
  done: ["good", "Finished"],
  failed: ["stop", "Failed"],
  cancelled: ["plain", "Cancelled"],
};

function part(card, name) {
  return card.querySelector(`[data-part="${name}"]`);
}

export function about(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 90) return `about ${Math.max(1, seconds)} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}

function reasonOf(news) {
  if (news.kind === "queued") {
    const place = news.place <= 1 ? "Next in line." : `Number ${news.place} in line.`;
    return news.seconds ? `${place} ${capital(about(news.seconds))}.` : place;
  }
  if (news.kind === "failed" || news.kind === "awaiting") return news.reason;
  if (news.kind === "cancelled") return news.preview ? "This is what it had become." : "Nothing had been drawn yet.";
  return "";
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function showPicture(frame, { src, alt, width, height }) {
  let image = frame.querySelector("img");
  if (!image) {
    image = document.createElement("img");
    frame.replaceChildren(image);
  }
  image.width = width;
  image.height = height;
  image.alt = alt;
  image.src = src;
}

function showFrame(card, news) {
  const frame = part(card, "frame");
  if (news.kind === "done") {
    card.querySelector(".picture").classList.remove("picture--placeholder");
    showPicture(frame, { src: news.picture, alt: news.alt, width: news.width, height: news.height });
    frame.href = news.page;
  } else if (news.preview) {
    const src = `data:image/png;base64,${news.preview}`;
    showPicture(frame, { src, alt: "Unfinished preview", width: 160, height: 160 });
  }
}

function showProgress(card, news) {
  const progress = part(card, "progress");
  progress.hidden = news.kind !== "running";
  if (progress.hidden) return;
  progress.querySelector("progress").value = news.step;
  progress.querySelector("progress").max = news.steps;
  part(card, "step").textContent = `Step ${news.step} of ${news.steps}`;
  part(card, "left").textContent = about(news.seconds);
}

// Returns the sentence to read out when the state has changed, else "".
export function update(card, news) {
  const [tone, word] = STATES[news.kind];
  const changed = card.dataset.state !== news.kind;
  card.dataset.state = news.kind;
  const pill = part(card, "pill");
  pill.className = `pill pill--${tone}`;
  pill.textContent = word;
  part(card, "reason").textContent = reasonOf(news);
  part(card, "cancel").hidden = !["awaiting", "queued", "running"].includes(news.kind);
  showFrame(card, news);
  showProgress(card, news);
  const title = card.querySelector(".picture__title").textContent;
  return changed ? `${word}: ${title}` : "";
}
