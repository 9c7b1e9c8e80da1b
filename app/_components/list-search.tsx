"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { Icon } from "./icon";

const waitMs = 250;

/** The search field of a list. What is typed goes into the address as `q`, a moment after the last key; without script, on Enter. */
export function ListSearch({ label, placeholder, keep = [] }: { label: string; placeholder: string; keep?: string[] }) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const [text, setText] = useState(search.get("q") ?? "");
  const [busy, start] = useTransition();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(text);
  const inAddress = search.get("q") ?? "";

  // The address changed by other means (Back, a cleared search): follow it.
  useEffect(() => {
    if (inAddress !== sent.current) {
      sent.current = inAddress;
      setText(inAddress);
    }
  }, [inAddress]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const change = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const next = new URLSearchParams(search);
      sent.current = value.trim();
      if (sent.current) next.set("q", sent.current);
      else next.delete("q");
      next.delete("page");
      const query = next.toString();
      start(() => router.replace(query ? `${path}?${query}` : path, { scroll: false }));
    }, waitMs);
  };

  return (
    <search className="search">
      <form action={path} onSubmit={(event) => event.preventDefault()} aria-busy={busy}>
        <Icon name="search" />
        <input
          className="inp"
          type="search"
          name="q"
          placeholder={placeholder}
          aria-label={label}
          maxLength={200}
          value={text}
          onChange={(event) => change(event.target.value)}
        />
        {keep.map((name) => {
          const value = search.get(name);
          return value ? <input key={name} type="hidden" name={name} value={value} /> : null;
        })}
      </form>
    </search>
  );
}
