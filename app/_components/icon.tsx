import type { ReactNode, SVGProps } from "react";

const icons = {
  activity: (
    <>
      <path d="M2 8.5h3l1.7-5 2.8 9 1.7-4H14" />
    </>
  ),
  again: (
    <>
      <path d="M13.3 8.6A5.4 5.4 0 1 1 11.6 4l1.9 1.6M13.6 2.6v3.1h-3.1" />
    </>
  ),
  chat: (
    <>
      <path d="M2 3h12v8H8l-3.5 2.7V11H2z" />
    </>
  ),
  columns: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.2" />
      <path d="M6 3v10M10 3v10" />
    </>
  ),
  dots: (
    <>
      <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />
    </>
  ),
  down: (
    <>
      <path d="m4.5 6.3 3.5 3.5 3.5-3.5" />
    </>
  ),
  exception: (
    <>
      <circle cx="8" cy="8.5" r="5.5" />
      <path d="M8 5.5v3l2 1.4M6 1.5h4" />
    </>
  ),
  gate: (
    <>
      <path d="M2.5 14V3M13.5 14V3M2.5 5.5h11M2.5 9h11" />
    </>
  ),
  host: (
    <>
      <rect x="3" y="3" width="10" height="7.5" rx="1.2" />
      <path d="M1.5 13h13" />
    </>
  ),
  hour: (
    <>
      <circle cx="8" cy="8" r="6.6" strokeWidth="1.6" />
      <path d="M8 4.3V8l2.6 1.6" strokeWidth="1.6" />
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.4v3.4M8 5h.01" />
    </>
  ),
  label: (
    <>
      <path d="M2.5 2.5h5.2l6 6-5.2 5.2-6-6z" />
      <circle cx="5.4" cy="5.4" r=".9" />
    </>
  ),
  left: (
    <>
      <path d="M9.7 4.5 6.2 8l3.5 3.5" />
    </>
  ),
  lock: (
    <>
      <rect x="3" y="7" width="10" height="7" rx="1.5" />
      <path d="M5 7V5a3 3 0 0 1 6 0v2" />
    </>
  ),
  menu: (
    <>
      <path d="M2 4.5h12M2 8h12M2 11.5h12" />
    </>
  ),
  out: (
    <>
      <path d="M9.5 2.5h4v4M13.3 2.7 7.5 8.5M11.5 9.5v3.8h-9v-9h3.9" />
    </>
  ),
  overview: (
    <>
      <path d="M2 12.5h12M4 12.5V9M8 12.5V4.5M12 12.5V7" />
    </>
  ),
  people: (
    <>
      <circle cx="8" cy="5.3" r="2.8" />
      <path d="M2.7 14c.6-3 2.6-4.4 5.3-4.4s4.7 1.4 5.3 4.4" />
    </>
  ),
  phone: (
    <>
      <path d="M5.4 2 3 2.9c-.3 5.5 4.6 10.4 10.1 10.1L14 10.6l-3-1.7-1.5 1.3C8 9.5 6.5 8 5.8 6.5L7.1 5z" />
    </>
  ),
  plus: (
    <>
      <path d="M8 3v10M3 8h10" />
    </>
  ),
  policy: (
    <>
      <path d="M3 2.5h10v8.2L8 13.7l-5-3z" />
      <path d="m5.7 7.2 1.7 1.7 3-3.3" />
    </>
  ),
  profile: (
    <>
      <path d="M4 1.8h5.5L13 5.3v8.9H4z" />
      <path d="M9.3 2v3.5H13M6.3 8.5h4M6.3 11h4" />
    </>
  ),
  report: (
    <>
      <path d="M2 8h9M8 4.5 11.5 8 8 11.5M14 3v10" />
    </>
  ),
  right: (
    <>
      <path d="m6.3 4.5 3.5 3.5-3.5 3.5" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.3 3.3" />
    </>
  ),
  settings: (
    <>
      <path d="M2 4.5h7M12.5 4.5H14M2 11.5h2M7.5 11.5H14" />
      <circle cx="10.7" cy="4.5" r="1.8" />
      <circle cx="5.7" cy="11.5" r="1.8" />
    </>
  ),
  software: (
    <>
      <path d="m8 1.8 5.5 3v6.4L8 14.2l-5.5-3V4.8z" />
      <path d="m2.7 4.9 5.3 3 5.3-3M8 7.9v6" />
    </>
  ),
  up: (
    <>
      <path d="m4.5 9.8 3.5-3.5 3.5 3.5" />
    </>
  ),
  warn: (
    <>
      <path d="M8 2 14.6 13.5H1.4z" />
      <path d="M8 6.5v3.2M8 11.7h.01" />
    </>
  ),
  x: (
    <>
      <path d="m4 4 8 8M12 4l-8 8" />
    </>
  ),
} satisfies Record<string, ReactNode>;

/** The names of the line icons. */
export type IconName = keyof typeof icons;

const marks = {
  done: (
    <>
      <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="m5.2 8.2 2 2 3.7-4.1" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  fail: (
    <>
      <path d="m4 4 8 8M12 4l-8 8" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  held: (
    <>
      <path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" fill="currentColor" />
      <path d="M4.6 8h6.8" stroke="var(--sheet)" strokeWidth="2.2" strokeLinecap="round" />
    </>
  ),
  in: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.3 2.3 4.2-4.7" fill="none" stroke="var(--sheet)" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  loose: (
    <>
      <path d="M8 1.3 14.7 8 8 14.7 1.3 8z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <path d="M6 8h4" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
    </>
  ),
  pass: (
    <>
      <path d="m3.2 8.4 3.2 3.2L12.8 5" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
    </>
  ),
  todo: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="var(--line-strong)" strokeWidth="1.5" />
    </>
  ),
  unsure: (
    <>
      <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.6 1.42" />
      <path
        d="M6.3 6.4c.1-1 .8-1.5 1.7-1.5s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.6M8 11.1h.01"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </>
  ),
} satisfies Record<string, ReactNode>;

/** The names of the marks: access states, outcomes and delivery steps. */
export type MarkName = keyof typeof marks;

/** A 16 px line icon in the colour of its text. Beside words it is hidden from readers of screens; alone it needs a label on its control. */
export function Icon({ name, className = "ic", ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 16 16" className={className} aria-hidden="true" {...rest}>
      {icons[name]}
    </svg>
  );
}

/** A state's or outcome's mark; its own outline for each, so that they read without colour. */
export function Mark({ name, className = "mk", ...rest }: { name: MarkName } & SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 16 16" className={className} aria-hidden="true" {...rest}>
      {marks[name]}
    </svg>
  );
}

/** Three boats: the product's mark. */
export function Logo(props: SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" {...props}>
      <g fill="currentColor">
        <path
          transform="translate(1.6 2.1) scale(0.74)"
          opacity="0.6"
          d="M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z"
        />
        <path
          transform="translate(16 6.2) scale(1.22)"
          opacity="1"
          d="M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z"
        />
        <path
          transform="translate(1.6 18.1) scale(0.74)"
          opacity="0.6"
          d="M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z"
        />
      </g>
    </svg>
  );
}
