/** The control page's own style: the product's paper, ink and state colours, light and dark, down to a phone's width. */
export const CONTROL_PAGE_CSS = `
:root { color-scheme: light dark;
  --canvas: #f2f0ea; --sheet: #fefdfb; --sunken: #f7f5f0; --raised: #fff; --line: #e4e0d6; --line-strong: #847f73;
  --ink: #13222a; --ink-2: #414f56; --ink-3: #5d686d; --sea: #0c5470; --sea-strong: #083f56; --sea-wash: #e2edf1; --on-sea: #fff;
  --in: #17694a; --in-wash: #e0f0e6; --held: #b02a18; --held-wash: #fbe8e2; --unsure: #835500; --unsure-wash: #faeed2;
  --sans: "Atkinson Hyperlegible Next", ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, monospace; }
@media (prefers-color-scheme: dark) { :root {
  --canvas: #0c1419; --sheet: #121c22; --sunken: #0f181d; --raised: #1a262d; --line: #243139; --line-strong: #6a7b85;
  --ink: #e9edec; --ink-2: #b9c4c8; --ink-3: #93a1a8; --sea: #7fc6df; --sea-strong: #a5d9ea; --sea-wash: #16323f; --on-sea: #07222e;
  --in: #6fcc9b; --in-wash: #13301f; --held: #ff927b; --held-wash: #331a15; --unsure: #e6b757; --unsure-wash: #2d2511; } }
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--canvas); color: var(--ink); font: 400 15px/22px var(--sans); -webkit-text-size-adjust: 100%; }
h1, h2, p, ul, dl, dd { margin: 0; padding: 0; } ul { list-style: none; }
h1 { font-size: 26px; line-height: 32px; font-weight: 640; letter-spacing: -.014em; overflow-wrap: anywhere; } h2 { font-size: 16px; line-height: 24px; font-weight: 620; }
a { color: var(--sea); text-underline-offset: 3px; } :focus-visible { outline: 2px solid var(--sea); outline-offset: 2px; border-radius: 4px; }
code { font: 12px/18px var(--mono); overflow-wrap: anywhere; }
main { max-width: 1040px; margin: 0 auto; padding: 28px 32px 72px; }
.top { display: flex; gap: 16px; align-items: baseline; justify-content: space-between; flex-wrap: wrap; font-size: 13px; color: var(--ink-2); margin-bottom: 20px; }
.muted { color: var(--ink-2); } .faint { color: var(--ink-3); } .sm { font-size: 13px; line-height: 18px; } .num { font-variant-numeric: tabular-nums; }
.head { display: flex; gap: 20px; align-items: flex-start; justify-content: space-between; flex-wrap: wrap; margin-bottom: 24px; } .head > div:first-child { min-width: 0; flex: 1 1 320px; }
.acts { display: flex; gap: 8px; flex-wrap: wrap; } .acts form { display: contents; }
.btn { display: inline-flex; align-items: center; justify-content: center; min-height: 36px; padding: 0 14px; border-radius: 6px; border: 1px solid var(--line-strong); background: var(--raised); color: var(--ink); font: 560 14px/20px var(--sans); cursor: pointer; text-decoration: none; white-space: nowrap; }
.btn:hover { border-color: var(--ink-2); background: var(--sunken); } .btn.primary { background: var(--sea); border-color: var(--sea); color: var(--on-sea); } .btn.primary:hover { background: var(--sea-strong); }
.btn:disabled { color: var(--ink-3); background: var(--canvas); border-color: transparent; cursor: not-allowed; }
.cols { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 20px; align-items: start; }
.sheet { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 20px; } .sheet > h2 { margin-bottom: 10px; }
.row { display: flex; gap: 16px; align-items: center; justify-content: space-between; padding: 10px 0; border-top: 1px solid var(--line); min-height: 56px; } h2 + .row, h2 + form > .row { border-top: 0; } .row > div:first-child { min-width: 0; }
.row b { display: block; font-weight: 560; }
.switch { display: inline-flex; align-items: center; gap: 10px; border: 0; background: none; color: var(--ink-2); font: 500 14px/20px var(--sans); cursor: pointer; padding: 6px 0; }
.switch i { width: 40px; height: 24px; border-radius: 12px; border: 1.5px solid var(--line-strong); background: var(--canvas); position: relative; flex: none; }
.switch i::before { content: ""; position: absolute; width: 14px; height: 14px; left: 3.5px; top: 3.5px; border-radius: 50%; background: var(--line-strong); }
.switch[aria-checked="true"] { color: var(--ink); } .switch[aria-checked="true"] i { background: var(--sea); border-color: var(--sea); } .switch[aria-checked="true"] i::before { left: 19.5px; background: var(--on-sea); }
.pick { display: flex; flex-direction: column; gap: 8px; padding: 12px 0; border-top: 1px solid var(--line); } .pick b { font-weight: 560; } .pick .line { display: flex; gap: 8px; flex-wrap: wrap; }
.seg { display: inline-flex; flex-wrap: wrap; gap: 6px; } .seg .btn[aria-pressed="true"] { background: var(--sea-wash); border-color: var(--sea); color: var(--sea-strong); }
.inp { height: 36px; min-width: 0; flex: 1 1 200px; padding: 0 10px; border: 1px solid var(--line-strong); border-radius: 6px; background: var(--raised); color: var(--ink); font: 400 15px/20px var(--sans); }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 20px; font-size: 14px; } .facts dt { color: var(--ink-2); } .facts dd { overflow-wrap: anywhere; }
.tag { display: inline-flex; align-items: center; gap: 6px; height: 24px; padding: 0 9px; border-radius: 99px; font-size: 13px; font-weight: 560; white-space: nowrap; } .tag svg { width: 14px; height: 14px; flex: none; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.tag.in { color: var(--in); background: var(--in-wash); } .tag.held { color: var(--held); background: var(--held-wash); } .tag.unsure { color: var(--unsure); background: var(--unsure-wash); } .tag.quiet { color: var(--ink-2); padding-left: 0; font-weight: 400; } .tag.quiet svg { color: var(--in); } .tag.calm { color: var(--ink-2); background: var(--canvas); }
details { border-top: 1px solid var(--line); } summary { display: flex; gap: 10px; justify-content: space-between; align-items: center; padding: 9px 0; cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; } summary > span:first-child { min-width: 0; overflow-wrap: anywhere; font: 13px/18px var(--mono); }
details pre { margin: 0 0 12px; padding: 10px 12px; background: var(--sunken); border-radius: 6px; font: 12px/18px var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; max-height: 260px; overflow: auto; }
.find { display: flex; gap: 8px; margin: 20px 0 14px; max-width: 480px; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; font-size: 13px; font-weight: 500; color: var(--ink-2); } th, td { padding: 10px 12px 10px 0; border-top: 1px solid var(--line); vertical-align: middle; } tr:first-child th { border-top: 0; padding-top: 0; } td a { font-weight: 560; text-decoration: none; } td a:hover { text-decoration: underline; }
.pages { display: flex; gap: 12px; align-items: center; margin-top: 12px; font-size: 14px; }
.note { border-left: 3px solid var(--held); background: var(--held-wash); padding: 10px 14px; border-radius: 0 6px 6px 0; margin-bottom: 20px; overflow-wrap: anywhere; }
@media (max-width: 820px) { .cols { grid-template-columns: minmax(0, 1fr); gap: 0; } }
@media (max-width: 640px) { main { padding: 18px 16px 48px; } .sheet { padding: 14px 16px; } .acts, .acts .btn { width: 100%; } thead { display: none; } tr { display: flex; flex-wrap: wrap; gap: 4px 8px; padding: 12px 0; border-top: 1px solid var(--line); } tbody tr:first-child { border-top: 0; } td { border: 0; padding: 0; } td:first-child { flex: 1 1 100%; } td[data-label]:has(.quiet) { display: none; } td[data-label]::before { content: attr(data-label) " "; color: var(--ink-2); font-size: 13px; } }
`;

/**
 * Keeps the parts marked data-live fresh and sends switches without losing the place on the page; answers that are open stay open.
 * The page is whole without it.
 */
export const CONTROL_PAGE_SCRIPT = `
const read = async (address, init = {}) => {
  const answer = await fetch(address, { ...init, headers: { accept: "text/html" } });
  return { address: answer.url, page: new DOMParser().parseFromString(await answer.text(), "text/html") };
};
const keepOpen = (old, fresh) => {
  for (const item of old.querySelectorAll("details[open]")) { const same = fresh.querySelector("#" + CSS.escape(item.id)); if (same) same.open = true; }
};
let sending = false;
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  const main = document.querySelector("main");
  const place = [...main.querySelectorAll("button, input")].indexOf(event.submitter ?? document.activeElement);
  main.setAttribute("aria-busy", "true");
  try {
    const { address, page } = await read(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    const fresh = page.querySelector("main");
    keepOpen(main, fresh);
    main.replaceWith(fresh);
    history.replaceState(null, "", address);
    if (fresh.querySelector("[role=alert]")) scrollTo(0, 0);
    else fresh.querySelectorAll("button, input")[place]?.focus({ preventScroll: true });
  } catch { location.reload(); }
  sending = false;
});
setInterval(async () => {
  if (document.hidden || sending) return;
  try {
    const { page } = await read(location.href);
    if (sending) return;
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(old.id);
      if (!fresh) continue;
      keepOpen(old, fresh);
      if (old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement)) old.innerHTML = fresh.innerHTML;
    }
    document.title = page.title;
  } catch { document.title = "(no answer) " + document.title.replace(/^\\(no answer\\) /, ""); }
}, 2000);
`;
