/** One picture that was taken. */
export interface Shot {
  name: string;
  theme: "light" | "dark";
  width: number;
  file: string;
  path: string;
}

/** All pictures on one page, a row for each page of the product. */
export function contactSheet(shots: Shot[]): string {
  const rows = new Map<string, Shot[]>();
  for (const shot of shots) rows.set(shot.name, [...(rows.get(shot.name) ?? []), shot]);
  const sections = [...rows].map(
    ([name, row]) =>
      `<section id="${name}"><h2>${name} <code>${escape(row[0]?.path ?? "")}</code></h2><div>${row
        .map(
          ({ file, theme, width }) =>
            `<a href="${file}"><img loading="lazy" src="${file}" alt="${name}, ${theme}, ${width} px wide" class="${width > 800 ? "wide" : "narrow"}"></a>`,
        )
        .join("")}</div></section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body{font:14px system-ui;margin:24px;background:#888}h2{font-size:15px}code{font-weight:400}div{display:flex;gap:12px;flex-wrap:wrap;align-items:flex-start}
img{border-radius:4px;max-height:520px;object-fit:cover;object-position:top}.wide{width:560px}.narrow{width:200px}</style>
<h1>Every page</h1>${sections.join("\n")}</html>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
