import { Notice } from "@/app/_components/notice";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { getSamlSettings } from "@/lib/sso/saml/get-saml-settings";
import { CopyLine } from "../directories/copy-line";
import { MetadataSection } from "./metadata-section";
import { SamlForm } from "./saml-form";
import "./saml.css";

/** Sign-in with SAML: off until it is set up, for those who need it beside or in place of directories. Stands on a page that may show security settings. */
export async function SamlSection({ ctx }: { ctx: Context }) {
  const { acsUrl, facts, ...settings } = await getSamlSettings(ctx);
  const canWrite = isAllowed(ctx, "security_settings:write");
  const isStarted = settings.enabled || settings.entityId !== "" || facts.source !== "none";
  return (
    <section aria-labelledby="saml" className="sso-sec">
      <h2 className="h2" id="saml">
        SAML
      </h2>
      <p className="muted lede">
        {settings.enabled
          ? `On. People sign in with ${settings.idpName}.`
          : "Off. A Microsoft Entra directory above is simpler and does the same. Use SAML for another identity provider, or where your organisation asks for it."}
      </p>
      {facts.problem && (
        <Notice kind="unsure">
          {facts.problem}{" "}
          {facts.metadata ? "The last good copy is still in use, and we try again by ourselves." : "Nobody can sign in this way until it is there."}
        </Notice>
      )}
      <details className="fold" open={isStarted}>
        <summary>{isStarted ? "Settings" : "Set up SAML"}</summary>
        <div className="saml-set">
          {isStarted ? (
            <p>
              Reply URL for the identity provider
              <CopyLine text={acsUrl} what="reply URL" />
            </p>
          ) : (
            <EntraSteps acsUrl={acsUrl} />
          )}
          <SamlForm settings={settings} canWrite={canWrite} />
        </div>
      </details>
      {isStarted && (
        <details className="fold">
          <summary>What was done in Entra for it</summary>
          <EntraSteps acsUrl={acsUrl} />
        </details>
      )}
      {facts.source !== "none" && <MetadataSection facts={facts} canWrite={canWrite} now={ctx.now()} />}
    </section>
  );
}

/** What an admin of the tenant does in the Entra admin centre, in order. */
function EntraSteps({ acsUrl }: { acsUrl: string }) {
  return (
    <ol className="fix">
      <li>
        <p>
          In the Entra admin center, open <b>Enterprise applications</b> › <b>New application</b> › <b>Create your own application</b>, choose the one that
          isn’t in the gallery, then <b>Single sign-on</b> › <b>SAML</b>.
        </p>
      </li>
      <li>
        <p>
          As <b>Identifier (Entity ID)</b> enter a name for this server, such as <code>fleet</code>, and the same one here.
        </p>
      </li>
      <li>
        <div>
          <p>
            As <b>Reply URL (Assertion Consumer Service URL)</b> enter this, to the letter:
          </p>
          <CopyLine text={acsUrl} what="reply URL" />
        </div>
      </li>
      <li>
        <p>
          Make the mail address the <b>Unique User Identifier</b>, and assign people or groups under <b>Users and groups</b>.
        </p>
      </li>
      <li>
        <p>
          Copy the <b>App Federation Metadata Url</b> and paste it under <b>Metadata URL</b>.
        </p>
      </li>
    </ol>
  );
}
