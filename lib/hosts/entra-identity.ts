import type { IdentityAnswer } from "./host-details";

/** After so many answers in a row that nobody is registered, the host shows as not registered; the id that was reported stays known. */
const emptyAnswersUntilGone = 3;

/** An identity as it is stored. */
export interface EntraIdentity {
  deviceId: string;
  userPrincipalName: string;
  state: "registered" | "device_only" | "not_registered";
  emptyAnswers: number;
}

/**
 * What an answer makes of a stored identity.
 * Only a row with both members replaces a person; without one, the same device keeps its person and another device has none yet.
 */
export function nextIdentity(stored: EntraIdentity | null, answer: IdentityAnswer): EntraIdentity | null {
  if (answer.kind === "none") {
    if (!stored) return null;
    const emptyAnswers = Math.min(stored.emptyAnswers + 1, emptyAnswersUntilGone);
    return { ...stored, emptyAnswers, state: emptyAnswers >= emptyAnswersUntilGone ? "not_registered" : stored.state };
  }
  const { deviceId } = answer;
  const person = answer.userPrincipalName || (stored?.deviceId === deviceId ? stored.userPrincipalName : "");
  return { deviceId, userPrincipalName: person, state: person ? "registered" : "device_only", emptyAnswers: 0 };
}
