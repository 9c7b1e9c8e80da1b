/** A time in words, as short as it can be told: "12 ms", "1.2 s", "45 s", "4 min", "1 h 5 min". */
export function saySeconds(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 0.001) return "under 1 ms";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
