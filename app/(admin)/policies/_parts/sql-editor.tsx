"use client";
import { useEffect, useRef, useState } from "react";
import tables from "./osquery-tables.json";

/** A field for SQL: highlighted, with tables and columns of osquery to complete. Until its script has come, a plain field of the same size. */
export function SqlEditor({
  name,
  value,
  invalid,
  describedBy,
  onChange,
}: {
  name: string;
  value: string;
  invalid: boolean;
  describedBy?: string;
  onChange: (value: string) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(false);
  const first = useRef(value);
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  }, [onChange]);

  useEffect(() => {
    let ended = false;
    let destroy = () => undefined as void;
    void import("./make-sql-view").then(({ makeSqlView }) => {
      if (ended || !place.current) return;
      destroy = makeSqlView(place.current, { text: first.current, tables, onChange: (text) => tell.current(text) });
      setReady(true);
    });
    return () => {
      ended = true;
      destroy();
    };
  }, []);

  return (
    <div className="sql" data-invalid={invalid}>
      <div ref={place} />
      <textarea
        name={name}
        aria-label="Query"
        aria-describedby={describedBy}
        spellCheck={false}
        hidden={ready}
        value={value}
        rows={7}
        onChange={(event) => {
          first.current = event.target.value;
          onChange(event.target.value);
        }}
      />
    </div>
  );
}
