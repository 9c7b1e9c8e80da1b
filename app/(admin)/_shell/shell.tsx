"use client";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { Suspense, useState, type ReactNode } from "react";
import { IconButton } from "@/app/_components/button";
import { Icon, Logo, type IconName } from "@/app/_components/icon";
import type { ShellFacts } from "./load-shell";
import { MenuSheet } from "./menu-sheet";
import { PersonMenu } from "./person-menu";
import { Shortcuts } from "./shortcuts";
import { TeamPicker } from "./team-picker";

interface Place {
  href: string;
  icon: IconName;
  text: string;
  /** The key after `g`. */
  key: string;
  /** Keeps the chosen team. */
  scoped: boolean;
  count?: number | null;
  /** Whether the visitor's role opens it. */
  open: boolean;
}

/** The sections that the visitor's role opens, in the order of the navigation; null is a gap. */
export function placesOf({ may, hostCount, policyCount }: ShellFacts): (Place | null)[] {
  const places: (Place | null)[] = [
    { href: "/", icon: "overview", text: "Overview", key: "o", scoped: true, open: may.overview },
    { href: "/hosts", icon: "host", text: "Hosts", key: "h", scoped: true, count: hostCount, open: may.hosts },
    { href: "/policies", icon: "policy", text: "Policies", key: "p", scoped: true, count: policyCount, open: may.policies },
    null,
    { href: "/labels", icon: "label", text: "Labels", key: "l", scoped: true, open: may.labels },
    { href: "/activities", icon: "activity", text: "Activity", key: "a", scoped: false, open: may.activities },
    { href: "/users", icon: "people", text: "Users", key: "u", scoped: false, open: may.users },
    { href: "/settings", icon: "settings", text: "Settings", key: "s", scoped: false, open: may.settings },
  ];
  return places.filter((place) => place === null || place.open);
}

/** Navigation left (a rail on narrow screens, a sheet on phones), the page right. */
export function Shell({ facts, children }: { facts: ShellFacts; children: ReactNode }) {
  const [sheetOpen, setSheetOpen] = useState(false);
  return (
    <div className="shell">
      <header className="top">
        <Link className="brand" href="/">
          <Logo />
          Flotilla
        </Link>
        <IconButton label="Open the menu" icon="menu" onClick={() => setSheetOpen(true)} />
      </header>
      <nav className="nav" aria-label="Main">
        <Link className="brand" href="/" aria-label="Flotilla, overview">
          <Logo />
          <span className="lbl">Flotilla</span>
        </Link>
        {/* What the address says is only known in the browser and at request time. */}
        <Suspense fallback={null}>
          <NavBody facts={facts} />
        </Suspense>
      </nav>
      <main className="main" id="main" tabIndex={-1}>
        {children}
      </main>
      <Suspense fallback={null}>
        <MenuSheet open={sheetOpen} onOpenChange={setSheetOpen}>
          <NavBody facts={facts} onGo={() => setSheetOpen(false)} />
        </MenuSheet>
        <Shortcuts places={placesOf(facts).filter((place) => place !== null)} />
      </Suspense>
    </div>
  );
}

function NavBody({ facts, onGo }: { facts: ShellFacts; onGo?: () => void }) {
  const path = usePathname();
  const teamId = useSearchParams().get("team_id");
  return (
    <>
      <TeamPicker teams={facts.teams} reach={facts.reach} />
      {placesOf(facts).map((place, index) => {
        if (!place) return <div className="gap" key={`gap-${index}`} />;
        const current = place.href === "/" ? path === "/" : path === place.href || path.startsWith(`${place.href}/`);
        return (
          <Link
            key={place.href}
            className="it"
            href={place.scoped && teamId !== null ? `${place.href}?team_id=${encodeURIComponent(teamId)}` : place.href}
            aria-current={current ? "page" : undefined}
            title={place.text}
            onClick={onGo}
          >
            <Icon name={place.icon} />
            <span className="lbl">{place.text}</span>
            {typeof place.count === "number" && <span className="n">{new Intl.NumberFormat("en").format(place.count)}</span>}
          </Link>
        );
      })}
      <div className="foot">
        {facts.health && (
          <p className="pulse">
            <i style={{ background: `var(--${facts.health.colour})` }} />
            <span>
              {facts.health.lines.map((line) => (
                <span key={line} style={{ display: "block" }}>
                  {line}
                </span>
              ))}
            </span>
          </p>
        )}
        <PersonMenu name={facts.person.name} email={facts.person.email} />
      </div>
    </>
  );
}
