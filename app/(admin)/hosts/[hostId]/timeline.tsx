import Link from "next/link";
import { CopyId } from "@/app/_components/copy-id";
import { Pager } from "@/app/_components/pager";
import { Time } from "@/app/_components/time";
import type { Context } from "@/lib/context";
import { listHostTimeline } from "@/lib/compliance/list-host-timeline";

interface TimelineProps {
  ctx: Context;
  hostId: number;
  page: number;
  perPage: number;
  /** Shown above with a link to all entries; without it the list is paged. */
  title?: string;
  allHref?: string;
  /** A page's address but for its number. */
  hrefOf?: string;
}

/** What happened around a host, newest first, with Microsoft's ids. */
export async function Timeline({ ctx, hostId, page, perPage, title, allHref, hrefOf }: TimelineProps) {
  const { entries, count } = await listHostTimeline(ctx, hostId, { page, perPage });
  return (
    <>
      {title && (
        <div className="sech tlh">
          <h3 className="h2">{title}</h3>
          {allHref && count > entries.length && <Link href={allHref}>All {count.toLocaleString("en")} entries</Link>}
        </div>
      )}
      {count === 0 ? (
        <p className="muted">Nothing yet. The first verdict stands here.</p>
      ) : (
        <table className="tbl flat tl">
          <caption className="vh">What happened, newest first</caption>
          <colgroup>
            <col style={{ width: 188 }} />
            <col />
            <col className="c-md" style={{ width: "34%" }} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col" className="c-md">
                Id
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map(({ key, at, sentence, id }) => (
              <tr key={key}>
                <td className="id faint">
                  <Time at={at} form="day" /> <Time at={at} form="fine" />
                </td>
                <td>
                  <span className="tr" title={sentence}>
                    {sentence}
                  </span>
                </td>
                <td className="c-md">{id && <CopyId id={id.id} kind={id.kind} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {hrefOf && count > 0 && <Pager page={page} perPage={perPage} count={count} href={(number) => `${hrefOf}${number}`} />}
    </>
  );
}
