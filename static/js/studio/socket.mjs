// A WebSocket that comes back: after a fault it tries again, later and later, up to half a minute.

const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
const SIGN_IN = 4401;

// onNews(payload) for every message; onLine("open" | "lost" | "signed-out") when the connection changes.
export function connect(path, { onNews, onLine }) {
  const url = new URL(path, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  let wait = FIRST_WAIT;
  let timer = 0;
  let socket = null;

  function open() {
    clearTimeout(timer);
    socket = new WebSocket(url);
    socket.addEventListener("open", () => { wait = FIRST_WAIT; onLine("open"); });
    socket.addEventListener("message", (event) => onNews(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => {
      if (event.code === SIGN_IN) { onLine("signed-out"); return; }
      onLine("lost");
      // Half of the wait is random, so that all tabs do not come back in the same moment.
      timer = setTimeout(open, wait / 2 + Math.random() * wait / 2);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  }

  // A laptop that wakes up need not wait for the timer.
  addEventListener("online", () => {
    if (socket.readyState === WebSocket.CLOSED) open();
  });
  open();
}
