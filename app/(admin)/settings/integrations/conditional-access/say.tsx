import type { ReactNode } from "react";

/** Text whose parts between asterisks are what to look for on Microsoft's pages. */
export function emphasised(text: string): ReactNode[] {
  return text.split("*").map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part));
}

/** A count as people write it; one gives its own word. */
export function counted(count: number, one: string, many: string): string {
  return `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? one : many}`;
}
