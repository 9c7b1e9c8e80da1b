import { BoundedMap } from "./bounded-map";

/** Which policies, in which versions, hosts have answered: the same for most hosts of a team, so it is kept once. */
interface SheetLayout {
  ids: Int32Array;
  versions: Int32Array;
  /** Where a policy's letter stands. */
  places: ReadonlyMap<number, number>;
}

/** What a host's stored answer to a policy is. */
export type StoredOutcome = "pass" | "fail" | "unknown";

const outcomes: Record<string, StoredOutcome> = { p: "pass", f: "fail", u: "unknown" };
const layouts = new BoundedMap<string, SheetLayout>(10_000);

/** A host's stored answers in little memory: a shared layout, and a letter for each policy. */
export class PolicySheet {
  private constructor(
    private readonly layout: SheetLayout,
    private readonly letters: string,
  ) {}

  /** From `id:version` pairs parted by commas, and as many letters p, f or u. */
  static read(pairs: string, letters: string): PolicySheet {
    let layout = layouts.get(pairs);
    if (!layout) {
      layout = readLayout(pairs);
      layouts.set(pairs, layout);
    }
    return new PolicySheet(layout, letters);
  }

  get size(): number {
    return this.letters.length;
  }

  has(policyId: number): boolean {
    return this.layout.places.has(policyId);
  }

  /** The version that a policy's answer belongs to; undefined without an answer. */
  versionOf(policyId: number): number | undefined {
    const place = this.layout.places.get(policyId);
    return place === undefined ? undefined : this.layout.versions[place];
  }

  outcomeOf(policyId: number): StoredOutcome | undefined {
    const place = this.layout.places.get(policyId);
    return place === undefined ? undefined : outcomes[this.letters[place] as string];
  }

  /** The policies whose answer is a failure, in whatever version. */
  failing(): number[] {
    const ids: number[] = [];
    for (let place = this.letters.indexOf("f"); place !== -1; place = this.letters.indexOf("f", place + 1)) ids.push(this.layout.ids[place] as number);
    return ids;
  }

  /** The policies that have an answer. */
  policyIds(): number[] {
    return [...this.layout.ids];
  }
}

function readLayout(pairs: string): SheetLayout {
  const read = pairs === "" ? [] : pairs.split(",").map((pair) => pair.split(":").map(Number));
  const ids = Int32Array.from(read, ([id]) => id as number);
  const versions = Int32Array.from(read, ([, version]) => version as number);
  return { ids, versions, places: new Map(Array.from(ids, (id, place) => [id, place])) };
}
