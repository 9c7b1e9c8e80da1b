import { Mark } from "./icon";

/** What a host's verdict means for its person. */
export type AccessState = "in" | "held" | "unsure" | "loose";

const words: Record<AccessState, string> = { in: "Let in", held: "Blocked", unsure: "Unknown", loose: "Unmanaged" };

/** The word of an access state. */
export function accessWord(state: AccessState): string {
  return words[state];
}

/** Icon, word and colour of an access state, always together. `tag` is for page and panel headers. */
export function Access({ state, tag = false }: { state: AccessState; tag?: boolean }) {
  return (
    <span className={`${tag ? "tag" : "st"} ${state}`}>
      <Mark name={state} />
      {words[state]}
    </span>
  );
}

/** The answer of one host to one policy. */
export type Outcome = "pass" | "fail" | "unknown";

const outcomes = {
  pass: { mark: "pass", colour: "in", word: "Pass" },
  fail: { mark: "fail", colour: "held", word: "Fail" },
  unknown: { mark: "unsure", colour: "unsure", word: "Unknown" },
} as const;

/** Icon, word and colour of a policy's outcome. */
export function OutcomeState({ outcome }: { outcome: Outcome }) {
  const { mark, colour, word } = outcomes[outcome];
  return (
    <span className={`st ${colour}`}>
      <Mark name={mark} />
      {word}
    </span>
  );
}
