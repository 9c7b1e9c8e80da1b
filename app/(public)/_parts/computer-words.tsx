import type { ReactNode } from "react";

/** Words that differ by the computer that reads: a Mac unless the browser says Windows. Both stand in the page; the style sheet shows one. */
export function On({ mac, win }: { mac: ReactNode; win: ReactNode }) {
  return (
    <>
      <span className="mac">{mac}</span>
      <span className="win">{win}</span>
    </>
  );
}

/** "Mac" or "PC", as the reader's computer is. */
export function Computer() {
  return <On mac="Mac" win="PC" />;
}
