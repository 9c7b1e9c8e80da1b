import Link from "next/link";
import { Icon } from "./icon";

const numbers = new Intl.NumberFormat("en");

/** The foot of a paged list: "51 to 100 of 431" and two arrows. `page` counts from 0; `href(page)` is a page's address. */
export function Pager({ page, perPage, count, href }: { page: number; perPage: number; count: number; href: (page: number) => string }) {
  const first = Math.min(page * perPage + 1, count);
  const last = Math.min((page + 1) * perPage, count);
  return (
    <nav className="foot-row" aria-label="Pages">
      <span aria-live="polite">{count === 0 ? "Nothing here" : `${numbers.format(first)} to ${numbers.format(last)} of ${numbers.format(count)}`}</span>
      {count > perPage && (
        <span className="r">
          <Arrow to={page > 0 ? href(page - 1) : null} label="Previous page" icon="left" shortcut="[" />
          <Arrow to={last < count ? href(page + 1) : null} label="Next page" icon="right" shortcut="]" />
        </span>
      )}
    </nav>
  );
}

function Arrow({ to, label, icon, shortcut }: { to: string | null; label: string; icon: "left" | "right"; shortcut: string }) {
  if (!to) {
    return (
      <span className="btn quiet icon" aria-disabled="true" title={label}>
        <Icon name={icon} />
        <span className="vh">{label}</span>
      </span>
    );
  }
  return (
    <Link className="btn quiet icon" href={to} aria-label={label} title={label} data-shortcut={shortcut} scroll={false}>
      <Icon name={icon} />
    </Link>
  );
}
