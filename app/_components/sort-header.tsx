import Link from "next/link";
import type { ReactNode } from "react";
import { withParams, type SearchParams } from "./address";
import { Icon } from "./icon";

/** A column's head that sorts the list: pressing it takes this order, pressing again turns it round. */
export function SortHeader({
  path,
  given,
  column,
  sorted,
  first = "asc",
  className,
  children,
}: {
  path: string;
  given: SearchParams;
  /** The order's name in the address, `sort`. */
  column: string;
  sorted: { by: string; direction: "asc" | "desc" };
  /** Which way the first press sorts. */
  first?: "asc" | "desc";
  className?: string;
  children: ReactNode;
}) {
  const mine = sorted.by === column;
  const next = mine ? (sorted.direction === "asc" ? "desc" : "asc") : first;
  return (
    <th scope="col" className={className} aria-sort={mine ? (sorted.direction === "asc" ? "ascending" : "descending") : undefined}>
      <Link className="sort" href={withParams(path, given, { sort: column, dir: next })} scroll={false}>
        {children}
        {mine && <Icon name={sorted.direction === "asc" ? "up" : "down"} />}
      </Link>
    </th>
  );
}
