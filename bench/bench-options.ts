import { parseArgs } from "node:util";

/** What the person who runs the bench asked for. `null`: the scenario's own default. */
export interface BenchOptions {
  /** A folder of the scenario's own; it goes when the scenario ends. */
  folder: string;
  hosts: number | null;
  /** Of one measurement. */
  seconds: number | null;
  rounds: number | null;
  minutes: number | null;
  /** App processes on one database. */
  instances: number;
  quick: boolean;
}

/** What a command line says: the scenarios that it names, in its order, and the options without a folder. */
export interface BenchCommand {
  names: string[];
  options: Omit<BenchOptions, "folder">;
}

/** @throws Error that names the argument, what was expected, and the next step */
export function readBenchCommand(args: string[], known: readonly string[]): BenchCommand {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      hosts: { type: "string" },
      seconds: { type: "string" },
      rounds: { type: "string" },
      minutes: { type: "string" },
      instances: { type: "string" },
    },
  });
  const strange = positionals.find((name) => !known.includes(name));
  if (strange !== undefined) throw new Error(`There is no scenario "${strange}". Name one or more of: ${known.join(", ")}; or none, to run all.`);
  return {
    names: positionals.length > 0 ? positionals : usualNames(known, values),
    options: {
      hosts: readCount("hosts", values.hosts),
      seconds: readNumber("seconds", values.seconds),
      rounds: readCount("rounds", values.rounds),
      minutes: readNumber("minutes", values.minutes),
      instances: readCount("instances", values.instances) ?? 1,
      quick: values.quick,
    },
  };
}

// A number of instances is a question about instances.
function usualNames(known: readonly string[], { quick, instances }: { quick: boolean; instances?: string }): string[] {
  if (instances !== undefined && known.includes("instances")) return ["instances"];
  return quick ? known.slice(0, 1) : [...known];
}

function readNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) throw new Error(`--${name} is "${text}"; give a number above 0, such as --${name} 10.`);
  return value;
}

function readCount(name: string, text: string | undefined): number | null {
  const value = readNumber(name, text);
  if (value !== null && !Number.isInteger(value)) throw new Error(`--${name} is "${text}"; give a whole number, such as --${name} 10.`);
  return value;
}
