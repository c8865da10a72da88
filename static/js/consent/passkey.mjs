// The second signature: a passkey whose challenge is the 64 bytes that the browser key signed.

export class PasskeyProblem extends Error {}

const SENTENCES = {
  NotAllowedError: "No passkey was used: it was cancelled, or took too long. Try again, or sign without it.",
  SecurityError: "Passkeys do not work at this address. Open the site by its own name, over https or as http://localhost.",
};

export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}

export function toBase64url(buffer) {
  const text = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// `credentials` are the ids of this account's passkeys. The answer is AuthenticationResponseJSON (WebAuthn level 3).
export async function signWithPasskey(challenge, credentials) {
  if (!navigator.credentials?.get) throw new PasskeyProblem("This browser has no passkeys. Sign without one.");
  const allowCredentials = credentials.map((id) => ({ type: "public-key", id: fromBase64url(id) }));
  let found;
  try {
    found = await navigator.credentials.get({ publicKey: { challenge, allowCredentials, userVerification: "preferred" } });
  } catch (error) {
    throw new PasskeyProblem(SENTENCES[error.name] ?? "The passkey could not be used. Try again, or sign without it.");
  }
  return {
    id: found.id,
    rawId: toBase64url(found.rawId),
    type: found.type,
    clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(found.response.clientDataJSON),
      authenticatorData: toBase64url(found.response.authenticatorData),
      signature: toBase64url(found.response.signature),
    },
  };
}
