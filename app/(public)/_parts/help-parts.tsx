import type { Organisation } from "@/lib/auth/get-organisation";
import { Computer, On } from "./computer-words";
import { contactSentence, ContactLinks } from "./contact";
import { MenuBar } from "./drawings";

/** The three steps on the computer itself, the same wherever somebody came from. */
export function ThreeSteps({ organisation }: { organisation: Organisation }) {
  return (
    <ol className="big3">
      <li>
        <div>
          <h3>
            Open My device on the <Computer />
          </h3>
          <p>
            Click <TrayIcon name={organisation.trayName} /> at the <On mac="top" win="bottom" /> right of the screen, then <b>My device</b>. No such icon? Use
            the link that IT sent you.
          </p>
          <MenuBar />
        </div>
      </li>
      <li>
        <div>
          <h3>Fix what it lists</h3>
          <p>It shows only what keeps you out, and where to click for each.</p>
        </div>
      </li>
      <li>
        <div>
          <h3>Wait until it says “You can sign in”</h3>
          <p>It checks by itself and tells Microsoft, most often within 15 seconds. Then go back to your app and sign in again.</p>
        </div>
      </li>
    </ol>
  );
}

function TrayIcon({ name }: { name: string }) {
  return name ? (
    <>
      the icon <b>{name}</b>
    </>
  ) : (
    <On mac="your work icon in the menu bar" win="your work icon in the taskbar" />
  );
}

/** Whom to call, and what IT can see. */
export function HelpAside({ organisation }: { organisation: Organisation }) {
  return (
    <aside aria-label="Help">
      <section>
        <h2>Need a person?</h2>
        <p className="muted">
          {contactSentence(organisation)} Say that{" "}
          <b>
            your <span className="nb">sign-in</span> is blocked by a device check
          </b>
          .
        </p>
        <ContactLinks organisation={organisation} />
      </section>
      <section className="ondesk">
        <h2>Easier on your phone?</h2>
        <p className="muted">
          Open the same address there and read along while you fix this <Computer />.
        </p>
      </section>
      <section>
        <h2>What IT can see</h2>
        <p className="muted">
          Security settings, installed apps and the <On mac="macOS" win="Windows" /> version. Not your files, photos, messages or the pages you visit.
        </p>
      </section>
    </aside>
  );
}

/** On a phone: where the steps have to be done. */
export function OnYourComputer() {
  return (
    <p className="note sea ontouch">
      <svg className="ic" viewBox="0 0 16 16" aria-hidden="true">
        <rect x="3" y="3" width="10" height="7.5" rx="1.2" />
        <path d="M1.5 13h13" />
      </svg>
      <span>
        Keep this open here and do the steps{" "}
        <b>
          on your <Computer />
        </b>
        .
      </span>
    </p>
  );
}
