/** Why a visitor is back on the sign-in page, and what they can do, in a sentence each. */
export interface SignInStatus {
  title: string;
  next: string;
  /** Eight characters by which an admin finds the reason in Activity; empty when nothing was written down. */
  reference: string;
}

const texts: Record<string, { title: string; next: string }> = {
  org_disabled: { title: "This way to sign in is switched off.", next: "Sign in another way, or ask an admin to switch it on." },
  account_invalid: { title: "You have no account here yet.", next: "Ask an admin to add you, then sign in again." },
  account_disabled: {
    title: "Your account can’t sign in this way.",
    next: "It may be disabled, or made for a password. Ask an admin which way is yours.",
  },
  error: { title: "Signing in didn’t work.", next: "Try again. If it fails again, ask an admin to look up why." },
  too_many_attempts: { title: "There were too many attempts.", next: "Wait a minute, then try again." },
};

/** What `?status=…&ref=…` says to a person; null without a status. Anything unknown reads as a failure without details, and only a reference is repeated. */
export function signInStatus(status: string | string[] | undefined, ref: string | string[] | undefined): SignInStatus | null {
  if (status === undefined || status === "") return null;
  const code = typeof status === "string" && Object.hasOwn(texts, status) ? status : "error";
  const reference = typeof ref === "string" && /^[2-9A-HJ-NP-TV-Z]{8}$/.test(ref) ? ref : "";
  return { ...(texts[code] as { title: string; next: string }), reference };
}
