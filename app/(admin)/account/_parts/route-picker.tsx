"use client";
import { useDeferredValue, useState } from "react";
import { Icon } from "@/app/_components/icon";

/** A route of the REST API as a person chooses it. */
export interface PickableRoute {
  id: number;
  displayName: string;
  method: string;
  path: string;
}

/** Routes to tick, found by name, method or path. What is ticked stays ticked while the search hides it. */
export function RoutePicker({
  routes,
  chosen,
  onChange,
  error,
}: {
  routes: PickableRoute[];
  chosen: number[];
  onChange: (chosen: number[]) => void;
  error?: string;
}) {
  const [query, setQuery] = useState("");
  const words = useDeferredValue(query).toLowerCase().split(/\s+/).filter(Boolean);
  const shown = routes.filter(({ displayName, method, path }) => {
    const text = `${displayName} ${method} ${path}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const ticked = new Set(chosen);
  const reachesFar = routes.some(({ id, method, path }) => ticked.has(id) && method !== "GET" && /\/(users|invites)\b/.test(path));
  const tick = (id: number) => onChange(ticked.has(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <div className="acct-picker">
      <div className="search">
        <Icon name="search" />
        <input type="search" className="inp" aria-label="Search routes" placeholder="hosts" value={query} onChange={(event) => setQuery(event.target.value)} />
      </div>
      <p className="sm muted" aria-live="polite">
        {chosen.length === 0 ? "None chosen" : `${chosen.length} chosen`}
        {words.length > 0 && `, ${shown.length} of ${routes.length} match`}
      </p>
      <ul className="acct-routes" aria-label="Routes">
        {shown.map(({ id, displayName, method, path }) => (
          <li key={id}>
            <label>
              <input type="checkbox" checked={ticked.has(id)} onChange={() => tick(id)} />
              <span>{displayName}</span>
              <code>
                {method} {path.replace("/api/v1/fleet/", "")}
              </code>
            </label>
          </li>
        ))}
        {shown.length === 0 && <li className="muted">No route matches “{query}”.</li>}
      </ul>
      {reachesFar && (
        <p className="sm" aria-live="polite">
          One of these makes or changes users. Whoever holds the token can give themselves all that its user may do.
        </p>
      )}
      {error && (
        <p className="err">
          <Icon name="warn" />
          Choose at least one route that this user may call.
        </p>
      )}
    </div>
  );
}
