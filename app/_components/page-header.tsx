import Link from "next/link";
import type { ReactNode } from "react";

/** The head of a signed-in page: crumbs if it lies below a list, one h1, and one or two buttons. */
export function PageHeader({
  title,
  crumbs = [],
  note,
  tag,
  children,
}: {
  title: ReactNode;
  crumbs?: { href: string; text: string }[];
  note?: ReactNode;
  tag?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="head">
      <div style={{ minWidth: 0 }}>
        {crumbs.length > 0 && (
          <nav aria-label="Breadcrumb">
            <ol className="crumb">
              {crumbs.map((crumb, index) => (
                <li key={crumb.href} style={{ display: "flex", gap: 6 }}>
                  {index > 0 && <span aria-hidden="true">/</span>}
                  <Link href={crumb.href}>{crumb.text}</Link>
                </li>
              ))}
            </ol>
          </nav>
        )}
        <div style={{ display: "flex", alignItems: "center", gap: 12, flexWrap: "wrap" }}>
          <h1 style={{ overflowWrap: "anywhere" }}>{title}</h1>
          {tag}
        </div>
        {note && <p className="muted">{note}</p>}
      </div>
      {children && <div className="acts">{children}</div>}
    </div>
  );
}
