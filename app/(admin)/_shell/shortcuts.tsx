"use client";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";

interface Place {
  href: string;
  text: string;
  key: string;
  scoped: boolean;
}

const here: [string, string][] = [
  ["/", "Search this page"],
  ["j  k", "Next and previous row"],
  ["Enter", "Open the row"],
  ["Space", "Peek at the row"],
  ["x", "Select the row"],
  ["r", "Ask the host again"],
  ["f", "First filter"],
  ["[  ]", "Previous and next page"],
  ["c", "Copy the id in focus"],
  ["?", "This list"],
  ["Esc", "Close the top layer"],
];

const chordMs = 1200;

/**
 * The keys that work on every signed-in page. Single letters act only while no field has focus; none blocks, deletes or saves.
 * Rows are what carries `data-row` (its link `data-row-link`); pages add their own keys by listening for `flotilla:key`.
 */
export function Shortcuts({ places }: { places: Place[] }) {
  const router = useRouter();
  const teamId = useSearchParams().get("team_id");
  const [open, setOpen] = useState(false);
  const chord = useRef(0);

  useEffect(() => {
    const go = (place: Place) => router.push(place.scoped && teamId !== null ? `${place.href}?team_id=${encodeURIComponent(teamId)}` : place.href);
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"][data-state="open"]:not(.panel), [role="menu"]')) return;
      if (performance.now() - chord.current < chordMs) {
        chord.current = 0;
        const place = places.find(({ key }) => key === event.key);
        if (place) go(place);
        return;
      }
      if (
        act(
          event.key,
          () => setOpen(true),
          () => (chord.current = performance.now()),
        )
      )
        event.preventDefault();
    };
    const onAsk = () => setOpen(true);
    document.addEventListener("keydown", onKey);
    window.addEventListener("flotilla:keys", onAsk);
    return () => {
      document.removeEventListener("keydown", onKey);
      window.removeEventListener("flotilla:keys", onAsk);
    };
  }, [places, router, teamId]);

  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title="Keyboard"
      description="Single letters act while no field has focus."
      foot={<Button onClick={() => setOpen(false)}>Close</Button>}
    >
      <dl className="keys">
        {here.map(([key, text]) => (
          <KeyLine key={key} keys={key.split("  ")} text={text} />
        ))}
        {places.map((place) => (
          <KeyLine key={place.href} keys={["g", place.key]} text={`Go to ${place.text}`} />
        ))}
      </dl>
    </Dialog>
  );
}

function KeyLine({ keys, text }: { keys: string[]; text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd className="kbd" key={key}>
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{text}</dd>
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) && !isTick(target);
}

// A box to tick takes no letters.
function isTick(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && ["checkbox", "radio"].includes(target.type);
}

function act(key: string, showList: () => void, beginChord: () => void): boolean {
  const first = (selector: string) => document.querySelector<HTMLElement>(selector);
  switch (key) {
    case "?":
      showList();
      return true;
    case "g":
      beginChord();
      return true;
    case "/":
      first('#main input[type="search"]')?.focus();
      return true;
    case "f":
      first("#main .bar .sel")?.focus();
      return true;
    case "[":
    case "]":
      first(`#main [data-shortcut="${key}"]`)?.click();
      return true;
    case "c": {
      const copy = document.activeElement?.closest<HTMLElement>("[data-copy]");
      copy?.click();
      return copy !== null;
    }
    case "j":
    case "k":
      return walkRows(key === "j" ? 1 : -1);
    default:
      return !window.dispatchEvent(new CustomEvent("flotilla:key", { detail: { key, row: currentRow() }, cancelable: true }));
  }
}

function currentRow(): HTMLElement | null {
  return document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;
}

function walkRows(step: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("#main [data-row]")];
  if (rows.length === 0) return false;
  const at = rows.indexOf(currentRow() as HTMLElement);
  const row = rows[at === -1 ? (step === 1 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  const target = row?.querySelector<HTMLElement>("[data-row-link]") ?? row;
  target?.focus();
  row?.scrollIntoView({ block: "nearest" });
  return true;
}
