import type { AccessState } from "@/app/_components/access-state";

const width = 1192;
const pitchX = 17.6;
const pitchY = 19;
/** Each row below stands this much further left, so that all share one heading. */
const slant = 3;
const order: readonly AccessState[] = ["held", "unsure", "loose", "in"];
const words: Record<AccessState, string> = { held: "blocked with the sail down", unsure: "unknown", loose: "unmanaged buoys", in: "let in under sail" };

// Each shape with its corner at 0,0: hulls, sails, masts and buoys of about 12 by 15.
const shapes: Record<AccessState, { fill: string; line: string }> = {
  held: { fill: "m0 12.2h12c-.7 1.8-2 2.6-3.8 2.6h-4.6c-1.8 0-3-.8-3.6-2.6z", line: "m8.9 1v11" },
  unsure: { fill: "", line: "m8.9.9v9.6h-7.5c.4-4.8 3.2-8.5 7.5-9.6zm-8.9 12.5h12" },
  loose: { fill: "", line: "m2.5 9.5a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z" },
  in: { fill: "m9.5 0v10.8h-8.6c.3-5.6 3.5-9.8 8.6-10.8zm-9.5 12.2h12c-.7 1.8-2 2.6-3.8 2.6h-4.6c-1.8 0-3-.8-3.6-2.6z", line: "" },
};

interface Place {
  x: number;
  y: number;
}

const mostBoats = 1500;

/** One boat a host, one heading; above 1,500 hosts one boat stands for ten, above 15,000 for a hundred, and so on. */
export function Formation({ counts, noun }: { counts: Record<AccessState, number>; noun: string }) {
  const total = order.reduce((sum, state) => sum + counts[state], 0);
  const each = 10 ** Math.max(0, Math.ceil(Math.log10(total / mostBoats)));
  const boats = order.map((state) => ({ state, count: Math.ceil(counts[state] / each) })).filter(({ count }) => count > 0);
  const { places, scale, height } = arrange(boats.map(({ count }) => count));
  const label = `${total.toLocaleString("en")} ${noun}, ${each === 1 ? "one boat each" : `1 boat = ${each.toLocaleString("en")} ${noun}`}: ${boats.map(({ state }) => `${counts[state]} ${words[state]}`).join(", ")}`;
  return (
    <figure className="pad fleet">
      <svg className="formation" viewBox={`-1 0 ${width} ${height}`} aria-hidden="true">
        <g transform={`scale(${scale})`}>
          {boats.map(({ state }, i) => {
            const { fill, line } = shapes[state];
            const draw = (shape: string) => (places[i] ?? []).map(({ x, y }) => `M${x.toFixed(1)} ${y}${shape}`).join("");
            return (
              <g key={state} className={state}>
                {fill && <path fill="currentColor" d={draw(fill)} />}
                {line && <path fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" d={draw(line)} />}
              </g>
            );
          })}
        </g>
      </svg>
      <figcaption className="vh">{label}</figcaption>
      {each > 1 && (
        <p className="xs faint" aria-hidden="true">
          1 boat = {each.toLocaleString("en")} {noun}
        </p>
      )}
    </figure>
  );
}

/** Columns from left to right, a group for each state with a column free between; the first column of a group may be short, from below. */
function arrange(groups: number[]): { places: Place[][]; scale: number; height: number } {
  const total = groups.reduce((sum, count) => sum + count, 0);
  const wished = Math.min(2, Math.max(0.6, Math.sqrt(470 / Math.max(total, 1))));
  const columnsThatFit = Math.floor((width / wished - 24) / pitchX);
  let rows = total <= 12 ? 2 : 3;
  const columnsOf = (count: number) => Math.ceil(count / rows);
  const needed = () => groups.reduce((sum, count) => sum + columnsOf(count), 0) + groups.length - 1;
  while (needed() > columnsThatFit) rows += 1;
  // Whole rows rarely end at the right edge by themselves: the last bit is size.
  const scale = Math.min(2, width / (needed() * pitchX + (rows - 1) * slant));
  let column = 0;
  const places = groups.map((count) => {
    const columns = columnsOf(count);
    const short = columns * rows - count;
    const first = column;
    column += columns + 1;
    return Array.from({ length: count }, (_, i): Place => {
      const slot = i + short;
      const row = slot % rows;
      return { x: (first + Math.floor(slot / rows)) * pitchX + (rows - 1 - row) * slant, y: row * pitchY };
    });
  });
  return { places, scale, height: Math.ceil(((rows - 1) * pitchY + 15) * scale) + 1 };
}
