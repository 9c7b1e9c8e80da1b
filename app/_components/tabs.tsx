import Link from "next/link";
import type { ReactNode } from "react";

/** The parts of one page, each with an address of its own. `count` stands beside the words; `held` colours it. */
export function Tabs({ label, tabs }: { label: string; tabs: { href: string; text: ReactNode; current: boolean; count?: ReactNode; held?: boolean }[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link key={tab.href} href={tab.href} aria-current={tab.current ? "page" : undefined} scroll={false}>
          {tab.text}
          {tab.count !== undefined && <span className={`n${tab.held ? " held" : ""}`}>{tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}
