// oxlint-disable nextjs/no-html-link-for-pages -- a page of its own, outside the router
import { Computer, On } from "../../_parts/computer-words";
import { BareBoat } from "../../_parts/drawings";
import { HelpAside, OnYourComputer } from "../../_parts/help-parts";
import { findPublicOrganisation, helpHeaders } from "../../_parts/public-organisation";
import { renderPage } from "../../_parts/render-page";

export const dynamic = "force-dynamic";

/** Where Microsoft sends somebody whose computer it doesn't know yet. Goes from "nothing installed" to "set up, not told yet". */
export async function GET(): Promise<Response> {
  const { organisation, known } = await findPublicOrganisation();
  const page = (
    <>
      <div className="hero">
        <div>
          <h1>
            Your <Computer /> isn’t set up for work yet
          </h1>
          <p className="lead">
            {organisation.name || "Your organisation"} lets in computers that it looks after. Setting yours up takes about five minutes, and your files and open
            work are safe.
          </p>
          <p className="go ondesk">
            <a className="btn" href="/device">
              Open My device
            </a>
            <span className="muted">It shows which step is next.</span>
          </p>
          <OnYourComputer />
        </div>
        <BareBoat />
      </div>
      <div className="rcols">
        <div>
          <section aria-labelledby="which">
            <h2 id="which">Which is true for you?</h2>
            <ol className="big3">
              <li>
                <div>
                  <h3>
                    There is no work icon on the <Computer />
                  </h3>
                  <p>The work app isn’t installed. Ask IT to send you its installer, open it, and restart once.</p>
                </div>
              </li>
              <li>
                <div>
                  <h3>
                    My device says “Your <Computer /> isn’t set up for work yet”
                  </h3>
                  <p>
                    <On
                      mac={
                        <>
                          Open <b>System Settings</b>, search for <b>Device Management</b>, and install the work profile that IT gave you.
                        </>
                      }
                      win={
                        <>
                          Open <b>Settings</b>, then <b>Accounts</b>, then <b>Access work or school</b>, and choose <b>Connect</b>.
                        </>
                      }
                    />
                  </p>
                </div>
              </li>
              <li>
                <div>
                  <h3>A message asks you to register</h3>
                  <p>
                    <On
                      mac={
                        <>
                          Click <b>Registration Required</b> at the top right of the screen and sign in with your work account. If it is gone, open{" "}
                          <b>Company Portal</b> and sign in there.
                        </>
                      }
                      win={
                        <>
                          Sign in with your work account, then restart the <Computer />.
                        </>
                      }
                    />
                  </p>
                </div>
              </li>
              <li>
                <div>
                  <h3>All of this is done</h3>
                  <p>
                    Open <b>My device</b> and choose <b>Check again</b>. When it says “You can sign in”, go back to your app and sign in again.
                  </p>
                </div>
              </li>
            </ol>
          </section>
          <section className="helpd" aria-labelledby="other">
            <h2 id="other">It worked until today?</h2>
            <p className="muted">
              Then a safety setting changed. <a href="/microsoft-compliance-partner/remediate">See how to fix it</a>
            </p>
          </section>
        </div>
        <HelpAside organisation={organisation} />
      </div>
    </>
  );
  return renderPage({ title: "Set up your computer for work", organisation, children: page }, { headers: helpHeaders(known) });
}
