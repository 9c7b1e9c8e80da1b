import type { ReactNode } from "react";
import { Logo } from "@/app/_components/icon";
import "./entry.css";
import { Formation } from "./formation";

/** The frame of signing in and setting up. */
export function EntryFrame({ children, foot }: { children: ReactNode; foot?: ReactNode }) {
  return (
    <div className="sgn">
      <main id="main" className="sform">
        <p className="brand">
          <Logo />
          Flotilla
        </p>
        <div className="mid">{children}</div>
        {foot}
      </main>
      <div className="sea-side">
        <Formation />
      </div>
    </div>
  );
}
