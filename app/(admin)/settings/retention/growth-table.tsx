import Link from "next/link";
import { Blank, SkeletonRows } from "@/app/_components/blank";
import { Time } from "@/app/_components/time";
import type { Context } from "@/lib/context";
import { describeGrowth } from "@/lib/retention/describe-growth";
import type { Retention } from "@/lib/retention/retention";
import { kindWords, periodWords, sizeWords } from "./retention-words";

/** What takes how much room now. When that can't be measured, the page's form still works. */
export async function GrowthTable({ ctx, retention }: { ctx: Context; retention: Retention }) {
  const growth = await describeGrowth(ctx).catch((error: unknown) => {
    ctx.log.error({ "error.message": String(error) }, "the size of the tables couldn't be read");
    return null;
  });
  if (!growth) {
    return (
      <Blank drawing="error" title="The sizes couldn’t be read" action={<Link href="/settings/retention">Load again</Link>}>
        The server’s log has the cause. Nobody’s access is affected, and the periods below can be changed.
      </Blank>
    );
  }
  return (
    <table className="tbl flat retention-sizes">
      <GrowthHead />
      <tbody>
        {growth.kinds.map(({ kind, rows, exact, bytes, oldest }) => {
          const { name, note, keys } = kindWords[kind];
          return (
            <tr key={kind}>
              <td>
                <span className="name">{name}</span>
                <span className="sm muted retention-note">{note}</span>
              </td>
              <td className="num">
                {rows === null ? "" : <span className={rows === 0 ? "faint" : ""}>{`${exact ? "" : "about "}${rows.toLocaleString("en")}`}</span>}
              </td>
              <td className="num">{sizeWords(bytes)}</td>
              <td className="c-lo">{oldest ? <Time at={oldest.toISOString()} /> : ""}</td>
              <td>{keys.map((key) => periodWords(retention[key])).join("")}</td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <td>
            <span className="name">The whole database</span>
          </td>
          <td className="num" colSpan={2}>
            {sizeWords(growth.databaseBytes)}
          </td>
        </tr>
      </tfoot>
    </table>
  );
}

/** Stands in while the sizes are measured. */
export function GrowthSkeleton() {
  return (
    <table className="tbl flat retention-sizes" aria-busy="true">
      <GrowthHead />
      <SkeletonRows columns={5} />
    </table>
  );
}

function GrowthHead() {
  return (
    <thead>
      <tr>
        <th scope="col">What</th>
        <th scope="col" className="num">
          Rows
        </th>
        <th scope="col" className="num">
          Size
        </th>
        <th scope="col" className="c-lo">
          Oldest
        </th>
        <th scope="col">Kept</th>
      </tr>
    </thead>
  );
}
