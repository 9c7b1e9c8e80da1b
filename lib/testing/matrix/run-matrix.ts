import type { AccessEntry } from "@/lib/auth/access/access-entry";
import { expectAnswer, placesOf, type Expected } from "./expect-answer";
import { fingerprint } from "./fingerprint";
import { callerKinds, makeCaller } from "./make-callers";
import type { Caller, Place, Recipe, Situation } from "./matrix-types";
import type { World } from "./make-world";

/** What a call was answered: its status, and its body or form state for whoever reads a failure. */
export interface Answer {
  status: number;
  told: string;
}

/** One route or action, with the way to call it. */
export interface Subject<Call> {
  key: string;
  entry: AccessEntry;
  recipe: Recipe<Call>;
  send(call: Call, caller: Caller): Promise<Answer>;
  /** The kinds of callers that can come to it at all: a token comes to no server action. */
  comes(caller: Caller): boolean;
}

interface Case<Call> {
  place: Place;
  caller: Caller;
  expected: Expected;
  call: Call;
}

/**
 * Plays one route or action by every caller at every place. Refused calls run first, all on the same things, and must leave the whole database as
 * it was; then each call that is let through, on things of its own.
 * @returns how many cases were played, and a sentence per case that was answered otherwise than the table says
 */
export async function playSubject<Call>(world: World, callers: readonly Caller[], subject: Subject<Call>): Promise<{ cases: number; problems: string[] }> {
  const { key, entry, recipe } = subject;
  const problems: string[] = [];
  const refusals: Case<Call>[] = [];
  const passes: Omit<Case<Call>, "call">[] = [];
  const someone = callers[0] as Caller;
  for (const place of placesOf(entry, recipe)) {
    const shared = await recipe.call({ world, place, caller: someone, allowed: false });
    for (const caller of callers.filter(subject.comes)) {
      const expected = expectAnswer(key, entry, recipe, caller, place);
      if (expected.allowed) passes.push({ place, caller, expected });
      else refusals.push({ place, caller, expected, call: recipe.ownThing ? await recipe.call({ world, place, caller, allowed: false }) : shared });
    }
  }
  const judge = async ({ place, caller, expected }: Omit<Case<Call>, "call">, call: Call) => {
    const answer = await subject.send(call, caller);
    const problem = judgeAnswer(answer, expected, recipe.passes ?? []);
    if (problem) problems.push(`${key} by ${caller.name}, ${wordOf(place)}: ${problem}. Answer ${answer.status} ${answer.told.slice(0, 300)}`);
  };
  const before = await fingerprint(world.ctx);
  await inTurns(refusals, (one) => judge(one, one.call));
  const after = await fingerprint(world.ctx);
  const changed = Object.keys(after).filter((table) => after[table] !== before[table]);
  if (changed.length > 0) problems.push(`${key}: calls that were to be refused changed ${changed.join(", ")}`);
  await inTurns(passes, async (one) => {
    const caller =
      recipe.ownCaller && one.caller.kind !== "nobody"
        ? await makeCaller(world, callerKinds.find((kind) => sameKind(kind, one.caller)) ?? one.caller)
        : one.caller;
    const situation: Situation = { world, place: one.place, caller, allowed: true };
    await judge({ ...one, caller }, await recipe.call(situation));
  });
  return { cases: refusals.length + passes.length, problems };
}

function sameKind(kind: Pick<Caller, "kind" | "globalRole" | "teamRole">, caller: Caller): boolean {
  return kind.kind === caller.kind && kind.globalRole === caller.globalRole && kind.teamRole === caller.teamRole;
}

/** What is wrong with an answer, or null. */
export function judgeAnswer({ status }: Answer, expected: Expected, passes: readonly number[]): string | null {
  if (!expected.allowed) return expected.statuses.includes(status) ? null : `expected to be refused with ${expected.statuses.join(" or ")}`;
  if ((status >= 200 && status < 400) || passes.includes(status)) return null;
  return "expected to be let through";
}

function wordOf(place: Place): string {
  return { own: "own team", other: "other team", none: "No team", all: "all teams", any: "no team named" }[place];
}

// A handful at once keeps both cores and the database's connections busy.
async function inTurns<Item>(items: readonly Item[], play: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const work = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await play(item);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}
