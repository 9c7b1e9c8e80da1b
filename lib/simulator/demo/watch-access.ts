import { inSeconds } from "./format-story";
import type { HostAnswer } from "./story-world";

const words: Record<string, string> = { new: "new", in: "let in", held: "blocked", unsure: "unknown", loose: "unmanaged" };
const waitingCodes = /^waiting_/;
const nameWidth = 26;
const changeWidth = 22;
/** A change that Microsoft hasn't accepted by then is told without its acceptance. */
const patienceMs = 20_000;
const accepted = new Set(["completed", "confirmed"]);

type WatchedHost = Pick<HostAnswer, "id" | "display_name" | "access">;

interface Change {
  from: string;
  to: string;
  name: string;
  why: string;
  since: number;
  seenAt: number;
}

/** Turns what the hosts API answers, time after time, into a line for each change of access. */
export class AccessWatch {
  readonly #states = new Map<number, string>();
  readonly #waiting = new Map<number, Change>();

  /** Takes the hosts as they stand, silently: what changes later is told. */
  begin(hosts: readonly WatchedHost[]): void {
    for (const { id, access } of hosts) if (!isUndecided(access)) this.#states.set(id, access.state);
  }

  /** Looks at the hosts again. @returns the lines to print, in order */
  look(hosts: readonly WatchedHost[], now: Date): string[] {
    const lines: string[] = [];
    for (const host of hosts) {
      const { id, display_name: name, access } = host;
      const from = this.#states.get(id) ?? "new";
      if (from !== access.state && !(from === "new" && isUndecided(access))) {
        const earlier = this.#waiting.get(id);
        if (earlier) lines.push(lineOf(earlier, "changed again before Microsoft heard of it", now));
        this.#states.set(id, access.state);
        const since = access.since ? Date.parse(access.since) : now.getTime();
        this.#waiting.set(id, { from, to: access.state, name, why: whyOf(access), since, seenAt: now.getTime() });
      }
      const change = this.#waiting.get(id);
      const outcome = change && outcomeOf(change, access, now);
      if (change && outcome) {
        lines.push(lineOf(change, outcome, now));
        this.#waiting.delete(id);
      }
    }
    return lines;
  }
}

/** Nobody has decided about it yet: that is the beginning, and no change. */
function isUndecided({ state, reasons }: WatchedHost["access"]): boolean {
  return state === "unsure" && reasons.every(({ code }) => waitingCodes.test(code));
}

function whyOf({ reasons }: WatchedHost["access"]): string {
  const sentences = reasons.filter(({ code }) => code !== "all_pass").map(({ sentence }) => sentence.replace(/\.$/, ""));
  return sentences.join("; ") || "everything that is asked for passes";
}

/** What Microsoft said to the change; undefined while it may still say something. */
function outcomeOf({ since, seenAt, to }: Change, { last_report: report }: WatchedHost["access"], now: Date): string | undefined {
  const isOurs = report !== null && Date.parse(report.createdAt) >= since;
  if (isOurs && report.acceptedAt && accepted.has(report.state)) return `accepted in ${inSeconds(Date.parse(report.acceptedAt) - since)}`;
  if (to === "unsure" && !isOurs) return "not reported";
  if (now.getTime() - seenAt < patienceMs) return undefined;
  return isOurs ? `not accepted yet (${report.state})` : "nothing new to report";
}

function lineOf({ from, to, name, why }: Change, outcome: string, now: Date): string {
  const change = `${words[from] ?? from} → ${words[to] ?? to}`;
  return `${clock(now)}  ${name.padEnd(nameWidth)}  ${change.padEnd(changeWidth)}  ${why}  ${outcome}`;
}

function clock(at: Date): string {
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
