/** Markup that is safe to send: everything put into it by `html` was escaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Piece = string | number | Html | null | false | readonly Html[];

/** Builds markup; plain values are escaped, null and false are nothing. */
export function html(parts: TemplateStringsArray, ...values: Piece[]): Html {
  return new Html(parts.map((part, i) => part + (i < values.length ? render(values[i] ?? null) : "")).join(""));
}

function render(value: Piece): string {
  if (value === null || value === false) return "";
  if (value instanceof Html) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
