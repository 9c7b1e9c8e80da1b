"use client";
import { useState } from "react";

const includes = [
  ["", "All hosts"],
  ["include_any", "Only hosts in any of these labels"],
  ["include_all", "Only hosts in all of these labels"],
] as const;
const excludes = [
  ["", "Nobody is left out"],
  ["exclude_any", "Leave out hosts in any of these labels"],
  ["exclude_all", "Leave out hosts in all of these labels"],
] as const;

/** Which labels narrow a policy: one set that lets in, one that leaves out. */
export function LabelChoice({
  labels,
  current,
  problem,
  onChange,
}: {
  labels: string[];
  current: { name: string; scope: string }[];
  problem?: string;
  onChange: () => void;
}) {
  return (
    <fieldset className="pol-set" onChange={onChange}>
      <legend>Hosts</legend>
      <div style={{ display: "grid", gap: 12 }}>
        <Side name="include" field="included" kinds={includes} labels={labels} current={current} word="Hosts by label" />
        <Side name="exclude" field="excluded" kinds={excludes} labels={labels} current={current} word="Hosts left out by label" />
      </div>
      {problem && <p className="err">{problem}</p>}
    </fieldset>
  );
}

function Side({
  name,
  field,
  kinds,
  labels,
  current,
  word,
}: {
  name: string;
  field: string;
  kinds: readonly (readonly [string, string])[];
  labels: string[];
  current: { name: string; scope: string }[];
  word: string;
}) {
  const set = current.filter((label) => label.scope.startsWith(name));
  const [kind, setKind] = useState<string>(set[0]?.scope ?? "");
  return (
    <div>
      <select className="inp" style={{ maxWidth: 360 }} name={name} aria-label={word} value={kind} onChange={(event) => setKind(event.target.value)}>
        {kinds.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {kind !== "" && (
        <fieldset className="pol-labels" aria-label={word}>
          {labels.map((label) => (
            <label key={label}>
              <input type="checkbox" name={`${field}[]`} value={label} defaultChecked={set.some((chosen) => chosen.name === label)} />
              <span title={label}>{label}</span>
            </label>
          ))}
        </fieldset>
      )}
    </div>
  );
}
