// Says in the page why a passkey did not work, instead of only in the console.

const SENTENCES = {
  NotAllowedError: "No passkey was used: it was cancelled, or took too long. Try again, or use your password.",
  InvalidStateError: "This passkey is on your account already.",
  SecurityError: "Passkeys do not work at this address. Open the site by its own name, over https or as http://localhost.",
};

document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-error]");
  if (!place) return;
  event.preventDefault();
  const notice = document.createElement("p");
  notice.className = "notice notice--error";
  notice.setAttribute("role", "alert");
  notice.textContent = SENTENCES[event.detail.exception?.name]
    ?? "The passkey could not be used. Try again, or use your password.";
  place.replaceChildren(notice);
});
