const boat = "M10.2 0v10.6H0C.5 5 4.4.9 10.2 0zM-1.4 11.9h14.2c-.8 2.8-2.6 4.1-5 4.1H3.7C1.2 16-.7 14.7-1.4 11.9z";
const rows = 15;
const middle = 7;
const step = 42;

/** Many small boats under one heading: the picture beside signing in and setting up. */
export function Formation() {
  return (
    <svg className="scene" viewBox="0 0 760 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <g fill="currentColor">
        {Array.from({ length: rows }, (_, row) => {
          const fromMiddle = Math.abs(row - middle);
          const lead = 601 - fromMiddle * 27 + (row === middle ? 27 : 0) + (fromMiddle === 1 ? 12 : 0);
          const boats = row === middle ? 15 : 14 - Math.round(fromMiddle * 0.55);
          return Array.from({ length: boats }, (_, place) => {
            const x = lead - place * step;
            const leads = row === middle && place === 0;
            return (
              <path
                key={`${row}-${place}`}
                className={fromMiddle > 2 ? "far" : undefined}
                d={boat}
                transform={`translate(${x} ${102 + row * 48}) scale(1.27)`}
                opacity={leads ? 1 : Math.max(0.07, 0.58 - (601 - x) / 850)}
              />
            );
          });
        })}
      </g>
    </svg>
  );
}
