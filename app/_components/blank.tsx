import type { ReactNode } from "react";
import { Icon } from "./icon";

const boat = "M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z";

function Boat({ x, y, scale = 1.7, colour, opacity = 1 }: { x: number; y: number; scale?: number; colour: string; opacity?: number }) {
  return <path fill={`var(--${colour})`} opacity={opacity} transform={`translate(${x} ${y}) scale(${scale})`} d={boat} />;
}

const drawings = {
  empty: (
    <>
      <path d="M4 66H164" stroke="var(--line-strong)" strokeWidth="1.2" />
      <path d="M34 66v-8h28v8M62 60h20" fill="none" stroke="var(--ink-3)" strokeWidth="1.6" />
      <path d="M96 66c0-22 14-38 34-42v42" fill="none" stroke="var(--sea)" strokeWidth="1.8" strokeDasharray="4 4" />
      <path d="M90 71h46c-2.5 5.5-7 8-13 8h-20c-6 0-10.5-2.5-13-8z" fill="none" stroke="var(--sea)" strokeWidth="1.8" strokeDasharray="4 4" />
    </>
  ),
  good: (
    <>
      <Boat x={22} y={12} colour="in" opacity={0.35} />
      <Boat x={60} y={12} colour="in" opacity={0.5} />
      <Boat x={98} y={12} colour="in" opacity={0.65} />
      <Boat x={40} y={46} colour="in" opacity={0.45} />
      <Boat x={78} y={46} colour="in" opacity={0.65} />
      <Boat x={118} y={46} colour="in" />
    </>
  ),
  search: (
    <>
      <Boat x={24} y={28} colour="ink-3" opacity={0.35} />
      <Boat x={62} y={28} colour="ink-3" opacity={0.35} />
      <circle cx="117" cy="38" r="17" fill="none" stroke="var(--sea)" strokeWidth="2.2" />
      <path d="m129.5 50.5 13 13" stroke="var(--sea)" strokeWidth="2.6" strokeLinecap="round" />
    </>
  ),
  error: (
    <>
      <path d="M4 66H70M98 66h66" stroke="var(--line-strong)" strokeWidth="1.2" />
      <Boat x={28} y={36} scale={1.8} colour="sea" />
      <path d="m78 60 4 12M86 60l4 12" stroke="var(--unsure)" strokeWidth="2" strokeLinecap="round" />
      <path d="M118 66V44h34v22M124 52h5M141 52h5M132.5 66v-9h5v9" fill="none" stroke="var(--ink-3)" strokeWidth="1.6" />
    </>
  ),
} satisfies Record<string, ReactNode>;

/** What stands in place of rows: nothing yet (`empty`), nothing wrong (`good`), nothing found (`search`), or it didn't load (`error`). */
export function Blank({
  drawing,
  title,
  children,
  action,
  level = 2,
}: {
  drawing: keyof typeof drawings;
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  level?: 1 | 2 | 3;
}) {
  const Heading = `h${level}` as const;
  return (
    <div className="blank">
      <svg viewBox="0 0 168 84" aria-hidden="true">
        {drawings[drawing]}
      </svg>
      <Heading className="blank-h">{title}</Heading>
      {children && <p className="muted">{children}</p>}
      {action}
    </div>
  );
}

/** What a visitor sees who may not do or see this. `who` names the role or people that may. */
export function NoPermission({ who = "the admin role", children }: { who?: string; children?: ReactNode }) {
  return (
    <p className="muted" style={{ display: "flex", gap: 8, padding: "24px 0", maxWidth: 520 }}>
      <Icon name="lock" style={{ marginTop: 2 }} />
      <span>{children ?? `Your role doesn’t show this. It needs ${who}.`}</span>
    </p>
  );
}

/** Rows that stand in while a table loads. */
export function SkeletonRows({ columns, rows = 4 }: { columns: number; rows?: number }) {
  return (
    <tbody aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <tr key={row}>
          {Array.from({ length: columns }, (_, column) => (
            // oxlint-disable-next-line jsx-a11y/control-has-associated-label -- a picture of a row, hidden from readers of screens
            <td key={column}>
              <span className="sk" style={{ width: `${40 + ((row * 31 + column * 17) % 45)}%` }} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
