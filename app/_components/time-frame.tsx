import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { TimeProvider } from "./time";

/** Around a page with times: renders them for the reader's zone and the server's now, and lets them tick on from there. */
export async function TimeFrame({ now, children }: { now: Date; children: ReactNode }) {
  const zone = (await cookies()).get("tz")?.value ?? "UTC";
  return (
    <TimeProvider now={now.toISOString()} timeZone={isTimeZone(zone) ? zone : "UTC"}>
      {children}
    </TimeProvider>
  );
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false; // a cookie is whatever its sender likes
  }
}
