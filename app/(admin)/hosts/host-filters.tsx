"use client";
import { useRouter } from "next/navigation";
import { startTransition, useEffect, useRef, useState } from "react";
import { Icon } from "@/app/_components/icon";
import { Menu, MenuChoice, MenuHeading } from "@/app/_components/menu";
import { hostsHref, type HostSearch } from "./host-search";

interface Option {
  id: number;
  name: string;
}

const platforms = [
  { value: "darwin", label: "macOS" },
  { value: "windows", label: "Windows" },
  { value: "linux", label: "Linux" },
  { value: "chrome", label: "ChromeOS" },
];

const statuses = [
  { value: "online", label: "Online now" },
  { value: "offline", label: "Offline" },
  { value: "new", label: "Enrolled in the last 24 hours" },
  { value: "missing", label: "Silent for 30 days" },
];

const outcomes = [
  { value: "fail", label: "Fail" },
  { value: "unknown", label: "Unknown" },
  { value: "pass", label: "Pass" },
];

/** Search and filters above the list. An active filter is filled and has an ✕. */
export function HostFilters({ search, policies, labels }: { search: HostSearch; policies: Option[]; labels: Option[] }) {
  const router = useRouter();
  const go = (change: Partial<Record<keyof HostSearch, string | undefined>>) =>
    startTransition(() => router.replace(hostsHref(search, change), { scroll: false }));
  const policy = policies.find(({ id }) => String(id) === search.policy_id);
  const outcome = outcomes.find(({ value }) => value === search.outcome);
  const label = labels.find(({ id }) => String(id) === search.label_id);
  return (
    <div className="bar">
      <SearchField text={search.q ?? ""} onSearch={(q) => go({ q: q || undefined })} />
      <Filter
        words={platforms.find(({ value }) => value === search.platform)?.label ?? search.platform}
        name="Platform"
        onClear={() => go({ platform: undefined })}
      >
        <MenuChoice value={search.platform ?? ""} onChange={(platform) => go({ platform })} options={platforms} />
      </Filter>
      {policies.length > 0 && (
        <Filter
          words={search.policy_id && `${policy?.name ?? "A policy"}${outcome ? `: ${outcome.label.toLowerCase()}` : ""}`}
          name="Policy"
          onClear={() => go({ policy_id: undefined, outcome: undefined })}
        >
          <MenuHeading>Answer</MenuHeading>
          <MenuChoice value={search.outcome ?? "fail"} onChange={(chosen) => go({ outcome: chosen })} options={outcomes} />
          <MenuHeading>Policy</MenuHeading>
          <MenuChoice
            value={search.policy_id ?? ""}
            onChange={(policy_id) => go({ policy_id, outcome: search.outcome ?? "fail" })}
            options={policies.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        </Filter>
      )}
      {labels.length > 0 && (
        <Filter words={search.label_id && (label?.name ?? "A label")} name="Label" onClear={() => go({ label_id: undefined })}>
          <MenuChoice
            value={search.label_id ?? ""}
            onChange={(label_id) => go({ label_id })}
            options={labels.map(({ id, name }) => ({ value: String(id), label: name }))}
          />
        </Filter>
      )}
      <Filter words={statuses.find(({ value }) => value === search.status)?.label} name="Last check-in" onClear={() => go({ status: undefined })}>
        <MenuChoice value={search.status ?? ""} onChange={(status) => go({ status })} options={statuses} />
      </Filter>
      {search.attention && <Filter words={`Needs you: ${search.attention.replaceAll("_", " ")}`} name="" onClear={() => go({ attention: undefined })} />}
    </div>
  );
}

function Filter({ words, name, onClear, children }: { words: string | undefined; name: string; onClear: () => void; children?: React.ReactNode }) {
  if (words) {
    return (
      <button type="button" className="sel on" onClick={onClear} title={`Take the filter away: ${words}`} style={{ maxWidth: 280 }}>
        <span className="tr">{words}</span>
        <Icon name="x" />
        <span className="vh">, take this filter away</span>
      </button>
    );
  }
  return (
    <Menu
      label={name}
      trigger={
        <button type="button" className="sel">
          {name}
          <Icon name="down" />
        </button>
      }
    >
      {children}
    </Menu>
  );
}

const typingPauseMs = 250;

function SearchField({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address is the truth, as when "Clear the search" or Back was pressed; but not against the one who is typing.
  const [known, setKnown] = useState(text);
  if (known !== text) {
    setKnown(text);
    setTyped(text);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (value: string) => {
    setTyped(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setKnown(value.trim());
      onSearch(value.trim());
    }, typingPauseMs);
  };
  return (
    <div className="search">
      <Icon name="search" />
      <input
        className="inp"
        type="search"
        value={typed}
        onChange={(event) => type(event.target.value)}
        placeholder="Name, person, serial, Entra id"
        aria-label="Search hosts"
      />
    </div>
  );
}
