// oxlint-disable nextjs/no-html-link-for-pages -- a page of its own, outside the router
import { Computer } from "../../_parts/computer-words";
import { BareBoat } from "../../_parts/drawings";
import { HelpAside, OnYourComputer, ThreeSteps } from "../../_parts/help-parts";
import { findPublicOrganisation, helpHeaders } from "../../_parts/public-organisation";
import { renderPage } from "../../_parts/render-page";

export const dynamic = "force-dynamic";

/** Where Microsoft sends somebody whose computer fails a check. Microsoft mixes its two addresses up at times, so each page helps in both cases. */
export async function GET(): Promise<Response> {
  const { organisation, known } = await findPublicOrganisation();
  const page = (
    <>
      <div className="hero">
        <div>
          <h1>
            Your <Computer /> needs a small fix before you can sign in
          </h1>
          <p className="lead">
            A safety setting on it doesn’t match what {organisation.name || "your organisation"} asks for. You can fix this yourself, usually in two minutes.
            Your files and open work are safe.
          </p>
          <p className="go ondesk">
            <a className="btn" href="/device">
              Show me what to fix
            </a>
            <span className="muted">
              Opens My device on this <Computer />. No password needed.
            </span>
          </p>
          <OnYourComputer />
        </div>
        <BareBoat />
      </div>
      <div className="rcols">
        <div>
          <section aria-labelledby="how">
            <h2 id="how">
              <span className="ondesk">If the button doesn’t show it</span>
              <span className="ontouch">
                On your <Computer />
              </span>
            </h2>
            <ThreeSteps organisation={organisation} />
          </section>
          <section className="helpd" aria-labelledby="other">
            <h2 id="other">
              New <Computer />, or just reset?
            </h2>
            <p className="muted">
              Then it may not be set up for work yet. <a href="/microsoft-compliance-partner/enroll">See how to set it up</a>
            </p>
          </section>
        </div>
        <HelpAside organisation={organisation} />
      </div>
    </>
  );
  return renderPage({ title: "A small fix before you can sign in", organisation, children: page }, { headers: helpHeaders(known) });
}
