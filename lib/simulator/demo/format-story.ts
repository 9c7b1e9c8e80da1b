/** Where the second column of a story's lines ends. */
const titleWidth = 68;

/** One step as it went: what it was, how long it took in milliseconds, and what was seen. */
export interface PlayedStep {
  title: string;
  ms: number;
  held: boolean;
  note: string;
}

/** Milliseconds as a person reads them: `0.4 s`, `12.0 s`; a measure that was never taken is a dash. */
export function inSeconds(ms: number | undefined): string {
  return ms === undefined ? "–" : `${(ms / 1000).toFixed(1)} s`;
}

/** The line of one step: number, mark, title, duration, and under it what was seen. */
export function stepLine(number: number, { title, ms, held, note }: PlayedStep): string {
  const line = `${String(number).padStart(2)}  ${held ? "ok  " : "FAIL"}  ${title.padEnd(titleWidth)}  ${inSeconds(ms).padStart(7)}`;
  return note ? `${line}\n          ${note}` : line;
}

/** The last line: how many steps held, and the two times that matter. */
export function storySummary(steps: readonly PlayedStep[], total: number, times: { failMs?: number; fixMs?: number }): string {
  const held = steps.filter((step) => step.held).length;
  return `story: ${held}/${total}, fail→accepted ${inSeconds(times.failMs)}, fix→accepted ${inSeconds(times.fixMs)}`;
}
