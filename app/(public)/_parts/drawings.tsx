const boat = "M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z";

/** One boat without its sail beside the others that sail on. */
export function BareBoat() {
  return (
    <svg className="herod" viewBox="0 0 320 150" aria-hidden="true">
      {[
        [150, 34],
        [212, 34],
        [274, 34],
        [181, 86],
        [243, 86],
      ].map(([x, y]) => (
        <path key={`${x}-${y}`} className="sail" transform={`translate(${x} ${y}) scale(2.2)`} d={boat} />
      ))}
      <path className="mast" d="M50 36v59" />
      <path className="mast" d="M50 38 24 92" strokeDasharray="1 6" />
      <path className="hull" d="M10 100h66c-3.8 13-12.2 19-23.3 19H34C22.3 119 13.3 113 10 100z" />
      <path className="hull" d="M22 96c6-5 20-6.5 27-2.5V98H22z" opacity=".55" />
    </svg>
  );
}

/** The top right of a Mac's screen with the agent's menu open on My device. */
export function MenuBar() {
  return (
    <svg className="menubar mac" viewBox="0 0 440 150" aria-hidden="true">
      <path className="bg" d="M0 0h440v150H0z" />
      <path className="strip" d="M0 0h440v32H0z" />
      <path className="line" d="M342 17.5a8 8 0 0 1 12 0M345 20.5a4 4 0 0 1 6 0M348 23h.01M330.5 15v2.5M313 15v2.5M316 15v2.5M319 15v2.5" />
      <rect className="line" x="310" y="11.5" width="18" height="9.5" rx="2.5" />
      <text x="372" y="21.5">
        14:32
      </text>
      <rect className="hot" x="262" y="4" width="32" height="24" rx="6" />
      <circle className="dot" cx="278" cy="16" r="5" />
      <rect className="sheet" x="196" y="38" width="196" height="84" rx="10" />
      <rect className="hot" x="203" y="45" width="182" height="34" rx="6" />
      <text className="on" x="215" y="67">
        My device
      </text>
      <text x="215" y="104">
        About
      </text>
      <path className="dot" d="M352 53l13 12-6.3.6 3.6 7.2-2.7 1.3-3.5-7.3-4.1 4.2z" />
    </svg>
  );
}

/** The one boat that waits for Microsoft. */
export function WaitingBoat() {
  return (
    <svg className="boat bob" viewBox="0 0 32 32" aria-hidden="true">
      <g fill="currentColor">
        <path d="M19 3v17.5H4C4.7 11.5 10.3 4.7 19 3z" />
        <path d="M21.3 8.5c3.4 2.4 5.5 6.6 5.9 12h-5.9z" opacity=".62" />
        <path d="M1.5 23h28.5c-1.6 4.2-4.7 6-8.9 6H10.3c-4.6 0-7.5-1.9-8.8-6z" />
      </g>
    </svg>
  );
}
