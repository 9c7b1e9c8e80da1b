const css = `
:root{color-scheme:light;--canvas:#f2f0ea;--sheet:#fefdfb;--sunken:#f7f5f0;--line:#e4e0d6;--line-strong:#847f73;--ink:#13222a;--ink-2:#414f56;--ink-3:#5d686d;--sea:#0c5470;--sea-strong:#083f56;--sea-wash:#e2edf1;--on-sea:#fff;--in:#17694a;--in-wash:#e0f0e6;--held:#b02a18;--held-wash:#fbe8e2;--unsure:#835500;--unsure-wash:#faeed2;--raised:#fff}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--canvas:#0c1419;--sheet:#121c22;--sunken:#0f181d;--line:#243139;--line-strong:#6a7b85;--ink:#e9edec;--ink-2:#b9c4c8;--ink-3:#93a1a8;--sea:#7fc6df;--sea-strong:#a5d9ea;--sea-wash:#16323f;--on-sea:#07222e;--in:#6fcc9b;--in-wash:#13301f;--held:#ff927b;--held-wash:#331a15;--unsure:#e6b757;--unsure-wash:#2d2511;--raised:#1a262d}}
*{box-sizing:border-box}body{margin:0;background:var(--canvas);color:var(--ink);font:400 16px/24px ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
h1,h2,p,ul,dl,dd{margin:0;padding:0}ul{list-style:none}h1{font-size:26px;line-height:33px;font-weight:640;letter-spacing:-.014em;text-wrap:balance}h2{font-size:15px;line-height:20px;font-weight:620;margin:24px 0 6px}
a{color:var(--sea);text-underline-offset:3px}:focus-visible{outline:2px solid var(--sea);outline-offset:2px;border-radius:4px}
.bar{display:flex;gap:10px;align-items:center;padding:14px 20px;font-size:14px;color:var(--ink-2);flex-wrap:wrap}.bar b{color:var(--ink);font-weight:620}.bar nav{margin-left:auto;display:flex;gap:16px}
.sim{border:1px dashed var(--line-strong);border-radius:999px;padding:0 10px;font-size:12px;line-height:22px;color:var(--ink-2);white-space:nowrap}
main{max-width:560px;margin:24px auto 64px;padding:32px;background:var(--sheet);border:1px solid var(--line);border-radius:14px}main.wide{max-width:1100px}
.who{margin-bottom:8px}.lead{color:var(--ink-2);margin-top:8px;overflow-wrap:anywhere}.small{font-size:13px;line-height:18px;color:var(--ink-3)}
.rows li,.facts div{padding:9px 0;border-top:1px solid var(--line)}.rows li:first-child,.facts div:first-child{border-top:0}.rows small{display:block;color:var(--ink-3);font:12px/16px ui-monospace,"SF Mono",Menlo,monospace;overflow-wrap:anywhere}
.facts div{display:grid;grid-template-columns:150px 1fr;gap:12px}.facts dt{color:var(--ink-3);font-size:14px}.facts dd{overflow-wrap:anywhere;font-size:14px}
.acts{display:flex;gap:10px;flex-wrap:wrap;margin-top:28px}.btn{display:inline-flex;align-items:center;justify-content:center;min-height:44px;padding:0 18px;border:1px solid var(--line-strong);border-radius:8px;background:var(--raised);color:var(--ink);font-family:inherit;font-size:16px;line-height:20px;font-weight:560;text-decoration:none;cursor:pointer}
.btn.account{width:100%;flex-direction:column;align-items:flex-start;padding:10px 16px;margin-top:8px}.btn.account small{font-family:inherit;font-size:13px;font-weight:400;color:var(--ink-3);overflow-wrap:anywhere;text-align:left}.btn.primary{background:var(--sea);border-color:var(--sea);color:var(--on-sea)}.btn.primary:hover{background:var(--sea-strong)}.btn:hover{border-color:var(--ink-2)}
.tag{display:inline-flex;align-items:center;gap:6px;padding:2px 10px;border-radius:999px;font-size:13px;line-height:20px;font-weight:560;white-space:nowrap;margin-bottom:14px}.tag svg{width:14px;height:14px;flex:none}.tag.in{color:var(--in);background:var(--in-wash)}.tag.held{color:var(--held);background:var(--held-wash)}.tag.unsure{color:var(--unsure);background:var(--unsure-wash)}td .tag{margin:0}
details{margin-top:24px;border-top:1px solid var(--line);padding-top:12px}summary{cursor:pointer;min-height:32px;color:var(--sea)}details ul{margin-top:6px}details li{padding:6px 0}
.scroll{overflow-x:auto;margin:20px -32px 0;padding:0 32px}table{border-collapse:collapse;width:100%;font-size:14px}th{text-align:left;font-weight:500;font-size:12px;color:var(--ink-3)}th,td{padding:10px 14px 10px 0;border-bottom:1px solid var(--line);vertical-align:top}td{min-width:90px}td.t{white-space:nowrap;color:var(--ink-2)}
label{display:block;font-weight:560;margin:16px 0 4px}input,select{width:100%;min-height:44px;padding:0 12px;border:1px solid var(--line-strong);border-radius:8px;background:var(--raised);color:var(--ink);font:inherit}
@media (max-width:640px){thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}tr{display:block;padding:12px 0;border-bottom:1px solid var(--line)}td{display:block;border:0;padding:2px 0}td.t{font-size:13px}main,main.wide{margin:0 0 40px;border-width:1px 0;border-radius:0;padding:24px 20px}.scroll{margin:20px -20px 0;padding:0 20px}.facts div{grid-template-columns:1fr;gap:0}.acts .btn{flex:1 1 100%}}
`;

/** Text made safe for HTML, inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page of the simulated Microsoft: `main` is HTML, everything else text. */
export function page({ title, product, main, nav = "", wide = false }: { title: string; product: string; main: string; nav?: string; wide?: boolean }): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${css}</style></head><body><header class="bar"><b>${escapeHtml(product)}</b><span class="sim">Simulator</span>${nav ? `<nav aria-label="Pages">${nav}</nav>` : ""}</header><main${wide ? ' class="wide"' : ""}>${main}</main></body></html>`;
}

const icons = {
  in: '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="8" fill="currentColor"/><path d="m4.5 8.2 2.4 2.4 4.6-4.9" fill="none" stroke="var(--in-wash)" stroke-width="1.8"/></svg>',
  held: '<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7z" fill="currentColor"/><path d="M4 8h8" stroke="var(--held-wash)" stroke-width="2"/></svg>',
  unsure:
    '<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="3 2.2"/></svg>',
};

/** A state with its icon: colour never stands alone. */
export function tag(state: "in" | "held" | "unsure", words: string): string {
  return `<span class="tag ${state}">${icons[state]}${escapeHtml(words)}</span>`;
}
