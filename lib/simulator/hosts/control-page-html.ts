import { hasCompanyPortal, type ComputerState } from "./computer";
import { Html, html } from "./html";
import { CONTROL_PAGE_CSS, CONTROL_PAGE_SCRIPT } from "./control-page-style";
import type { AnsweredQuery } from "./host-event";
import type { SimulatedHost } from "./simulated-host";

const ICONS = { yes: "M3 8.5l3.2 3L13 4.5", no: "M4 4l8 8M12 4l-8 8", doubt: "M8 4.5v4.2M8 11.4v.1" } as const;

export const MACS_PER_PAGE = 50;

/** Where a computer's person would go next; null hides the link. */
export interface MacLinks {
  myDevice: string | null;
  signIn: string | null;
}

function page(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${new Html(CONTROL_PAGE_CSS)}
        </style>
      </head>
      <body>
        <main>${body}</main>
        <script>
          ${new Html(CONTROL_PAGE_SCRIPT)};
        </script>
      </body>
    </html>`.text;
}

function tag(kind: "in" | "held" | "unsure" | "calm" | "quiet", icon: keyof typeof ICONS | null, words: string): Html {
  return html`<span class="tag ${kind}">${icon && html`<svg viewBox="0 0 16 16" aria-hidden="true"><path d="${ICONS[icon]}" /></svg>`}${words}</span>`;
}

/** In the list, what is as it should be stays quiet, so that the exceptions are seen. */
const onOff = (on: boolean): Html => (on ? tag("quiet", "yes", "On") : tag("held", "no", "Off"));

function agentTag({ status, computer }: SimulatedHost): Html {
  if (!computer.state.agentOnline) return tag("held", "no", "Agent off");
  if (!status.enrolled) return tag("unsure", "doubt", "Enrolling");
  return tag("quiet", "yes", "Checking in");
}

function entraTag({ platformSso, signedInUser }: ComputerState, portal: boolean): Html {
  if (platformSso.state === "not_registered" || !portal) return tag("held", "no", "Not registered");
  if (platformSso.state === "device_only" || signedInUser === "") return tag("unsure", "doubt", "No person");
  return tag("quiet", "yes", "Registered");
}

/** The list of all computers. */
export function renderMacList(hosts: readonly SimulatedHost[], { search, pageNumber, total }: { search: string; pageNumber: number; total: number }): string {
  const shown = hosts.slice((pageNumber - 1) * MACS_PER_PAGE, pageNumber * MACS_PER_PAGE);
  const pages = Math.max(1, Math.ceil(hosts.length / MACS_PER_PAGE));
  const link = (number: number, words: string): Html => html`<a href="/?q=${encodeURIComponent(search)}&page=${number}">${words}</a>`;
  return page(
    "Simulated computers",
    html`<h1>Simulated computers</h1>
      <p class="muted">Each one runs a real agent’s conversation with the server. Open one to break it and mend it.</p>
      <form class="find" role="search" action="/">
        <input
          class="inp"
          type="search"
          name="q"
          value="${search}"
          aria-label="Search by name, person or serial"
          placeholder="Search by name, person or serial"
        />
        <button class="btn">Search</button>
      </form>
      <section class="sheet" id="list" data-live>
        ${
          shown.length === 0
            ? html`<p class="muted">${total === 0 ? "The fleet is empty." : `No computer matches “${search}”.`}</p>`
            : html`<table>
                <thead>
                  <tr>
                    <th>Computer</th>
                    <th>Agent</th>
                    <th>Encryption</th>
                    <th>Firewall</th>
                    <th>MDM</th>
                    <th>Entra</th>
                  </tr>
                </thead>
                <tbody>
                  ${shown.map((host) => renderMacRow(host))}
                </tbody>
              </table>`
        }
        <p class="pages num">
          <span class="faint">${hosts.length === total ? `${total} computers` : `${hosts.length} of ${total} computers`}</span>
          ${pageNumber > 1 && link(pageNumber - 1, "Previous")} ${pages > 1 && html`<span>Page ${pageNumber} of ${pages}</span>`}
          ${pageNumber < pages && link(pageNumber + 1, "Next")}
        </p>
      </section>`,
  );
}

function renderMacRow(host: SimulatedHost): Html {
  const { identity, state, index } = host.computer;
  return html`<tr>
    <td>
      <a href="/macs/${index}">${identity.computerName}</a>
      <div class="sm muted">${identity.owner.fullName} · ${identity.serial || "no serial"}</div>
    </td>
    <td>${agentTag(host)}</td>
    <td data-label="Encryption">${onOff(state.fileVault)}</td>
    <td data-label="Firewall">${onOff(state.firewall)}</td>
    <td data-label="MDM">${onOff(state.mdm)}</td>
    <td data-label="Entra">${entraTag(state, identity.platform !== "darwin" || hasCompanyPortal(state))}</td>
  </tr>`;
}

/** One computer: its switches, its facts, and what it last asked and answered. `notice` is said on top. */
export function renderMacPage(host: SimulatedHost, links: MacLinks, now: number, notice: string | null): string {
  const { identity, state, index } = host.computer;
  const mac = identity.platform === "darwin";
  const fields: [keyof ComputerState | "companyPortal", string, string, boolean][] = [
    [
      "fileVault",
      mac ? "FileVault" : identity.platform === "windows" ? "BitLocker" : "Disk encryption (LUKS)",
      "Encryption of the startup disk",
      state.fileVault,
    ],
    ["firewall", "Firewall", "The system’s own firewall", state.firewall],
    ["screenLock", "Screen lock", "Asks for the password after sleep", state.screenLock],
    ...(mac ? ([["gatekeeper", "Gatekeeper", "Only notarised apps may run", state.gatekeeper]] as [keyof ComputerState, string, string, boolean][]) : []),
    ["mdm", "MDM", "Enrolled in device management", state.mdm],
    ...(mac
      ? ([["companyPortal", "Company Portal", "Needed for registration with Entra", hasCompanyPortal(state)]] as ["companyPortal", string, string, boolean][])
      : []),
    ["agentOnline", "Agent", "Off is a removed agent or a computer that is shut", state.agentOnline],
  ];
  return page(
    identity.computerName,
    html`<p class="top"><a href="/">All simulated computers</a><span>Simulated. Nothing here touches a real device.</span></p>
      ${notice && html`<p class="note" role="alert">${notice}</p>`}
      <div class="head">
        <div>
          <h1>${identity.computerName}</h1>
          <p class="muted">${identity.owner.fullName} · ${identity.owner.upn}</p>
        </div>
        <div class="acts">
          <form method="post" action="/macs/${index}/check-in">
            <button class="btn primary" ${new Html(state.agentOnline ? "" : "disabled")}>Check in now</button>
          </form>
          ${links.myDevice && html`<a class="btn" href="${links.myDevice}" target="_blank" rel="noreferrer">My device</a>`}
          ${links.signIn && html`<a class="btn" href="${links.signIn}" target="_blank" rel="noreferrer">Sign in to Microsoft 365</a>`}
        </div>
      </div>
      <div class="cols">
        <div>
          <section class="sheet">
            <h2>Switches</h2>
            ${fields.map(([name, label, hint, on]) => renderSwitch(index, name, label, hint, on))}
          </section>
          <section class="sheet">
            <h2>Microsoft Entra</h2>
            ${renderEntra(host)}
          </section>
        </div>
        <div>
          <section class="sheet" id="status" data-live>${renderStatus(host, now)}</section>
          <section class="sheet" id="answers" data-live>${renderAnswers(host.status.lastAnswers)}</section>
          <section class="sheet">
            <h2>Facts</h2>
            ${renderFacts(host)}
          </section>
        </div>
      </div>`,
  );
}

function renderSwitch(index: number, name: string, label: string, hint: string, on: boolean): Html {
  return html`<form method="post" action="/macs/${index}">
    <div class="row">
      <div><b>${label}</b><span class="sm muted">${hint}</span></div>
      <button class="switch" role="switch" aria-checked="${String(on)}" aria-label="${label}" name="${name}" value="${String(!on)}">
        <i></i>${on ? "On" : "Off"}
      </button>
    </div>
  </form>`;
}

function renderEntra({ computer: { index, state, identity } }: SimulatedHost): Html {
  const choice = (value: string, words: string): Html =>
    html`<button class="btn" name="platformSso.state" value="${value}" aria-pressed="${String(state.platformSso.state === value)}">${words}</button>`;
  return html`<form class="pick" style="border-top:0;padding-top:0" method="post" action="/macs/${index}">
      <b>${identity.platform === "darwin" ? "Platform SSO registration" : "Registration"}</b>
      <span class="seg">${choice("registered", "Registered")}${choice("device_only", "Device only")}${choice("not_registered", "Not registered")}</span>
    </form>
    <form class="pick" method="post" action="/macs/${index}">
      <label for="upn"><b>Signed-in person</b></label>
      <span class="line"
        ><input class="inp" id="upn" name="platformSso.upn" value="${state.platformSso.upn}" autocomplete="off" spellcheck="false" /><button class="btn">
          Change
        </button></span
      >
      <span class="sm muted">${state.signedInUser === "" ? "Nobody sits at the computer." : `Account ${state.signedInUser} sits at the computer.`}</span>
    </form>
    <form class="pick" method="post" action="/macs/${index}">
      <span class="line"
        >${
          state.signedInUser === ""
            ? html`<button class="btn" name="signedInUser" value="${identity.owner.username}">Sign ${identity.owner.username} in</button>`
            : html`<button class="btn" name="signedInUser" value="">Sign out of the computer</button>`
        }</span
      >
    </form>
    <form class="pick" method="post" action="/macs/${index}">
      <label for="broken"><b>Broken osquery tables</b></label>
      <span class="line"
        ><input
          class="inp"
          id="broken"
          name="brokenTables"
          value="${state.brokenTables.join(", ")}"
          placeholder="for example alf, mdm"
          autocomplete="off"
          spellcheck="false"
        /><button class="btn">Break</button></span
      >
      <span class="sm muted">Questions about these end in an error instead of an answer.</span>
    </form>`;
}

function ago(at: number | null, now: number): string {
  if (at === null) return "not yet";
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 90) return `${seconds} s ago`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

function renderStatus(host: SimulatedHost, now: number): Html {
  const { status } = host;
  const fast = status.accelerateUntil > now;
  return html`<h2>Agent</h2>
    <dl class="facts num">
      <dt>State</dt>
      <dd>${agentTag(host)}</dd>
      <dt>Last asked the server</dt>
      <dd>${ago(status.lastReadAt, now)}</dd>
      <dt>Last answered</dt>
      <dd>${ago(status.lastWriteAt, now)}</dd>
      ${
        fast &&
        html`<dt>Hurried</dt>
          <dd>The server wants to be asked every 5 s</dd>`
      }
      ${
        status.failingPolicies !== null &&
        html`<dt>Tray icon</dt>
          <dd>
            ${status.failingPolicies === 0 ? "No failing policy" : status.failingPolicies === 1 ? "1 failing policy" : `${status.failingPolicies} failing policies`}
          </dd>`
      }
      ${
        status.lastError !== null &&
        html`<dt>Last trouble</dt>
          <dd>${status.lastError}</dd>`
      }
    </dl>`;
}

function renderAnswers(answers: readonly AnsweredQuery[]): Html {
  if (answers.length === 0)
    return html`<h2>Last questions and answers</h2>
      <p class="muted">The server has asked nothing yet.</p>`;
  return html`<h2>Last questions and answers <span class="faint num">${answers.length}</span></h2>
    ${answers.toSorted((a, b) => rank(a) - rank(b)).map(renderAnswer)}`;
}

/** Policies first: they are what a visitor looks for. */
function rank({ name }: AnsweredQuery): number {
  return ["fleet_policy_query_", "fleet_distributed_query_", "fleet_label_query_"].findIndex((prefix) => name.startsWith(prefix)) >>> 0;
}

function renderAnswer(answer: AnsweredQuery): Html {
  const policy = answer.name.startsWith("fleet_policy_query_");
  const words = answer.rows.length === 1 ? "1 row" : `${answer.rows.length} rows`;
  const shown =
    answer.status !== 0
      ? tag("unsure", "doubt", "Error")
      : policy
        ? answer.rows.length > 0
          ? tag("in", "yes", "Pass")
          : tag("held", "no", "Fail")
        : tag("calm", null, words);
  return html`<details id="answer-${answer.name}">
    <summary><span>${answer.name.replace(/^fleet_(detail_query_|)/, "")}</span>${shown}</summary>
    <pre>${answer.sql}</pre>
    <pre>${answer.status !== 0 ? answer.message : JSON.stringify(answer.rows.slice(0, 20), null, 2)}</pre>
  </details>`;
}

function renderFacts({ computer: { identity, state } }: SimulatedHost): Html {
  const names = { darwin: "macOS", windows: "Windows", ubuntu: "Ubuntu" };
  const agents = {
    fleetd: `fleetd ${identity.fleetdVersion}, osquery ${identity.osqueryVersion}`,
    osquery: `osquery ${identity.osqueryVersion}`,
    osquery_extension: `osquery ${identity.osqueryVersion} with extension`,
  };
  return html`<dl class="facts">
    <dt>System</dt>
    <dd>${names[identity.platform]} ${state.osVersion}</dd>
    <dt>Model</dt>
    <dd>${identity.hardwareModel}, ${identity.cpuBrand}</dd>
    <dt>Serial</dt>
    <dd>${identity.serial || "none"}</dd>
    <dt>Agent</dt>
    <dd>${agents[identity.agent]}</dd>
    <dt>Hardware UUID</dt>
    <dd><code>${identity.hardwareUuid}</code></dd>
    <dt>Entra device</dt>
    <dd><code>${state.platformSso.deviceId}</code></dd>
  </dl>`;
}
