import type { Directory } from "@/lib/sso/oidc/directory";
import { CopyLine } from "./copy-line";
import { portalUrls } from "./directory-words";

/** What an admin of the tenant does in the Entra admin centre, in order. */
export function EntraSteps({ redirectUri, cloud }: { redirectUri: string; cloud: Directory["cloud"] }) {
  return (
    <ol className="fix">
      <li>
        <p>
          In the{" "}
          <a href={portalUrls[cloud]} target="_blank" rel="noreferrer">
            Entra admin center
          </a>
          , open <b>App registrations</b> › <b>New registration</b>. Choose <b>this organizational directory only</b>.
        </p>
      </li>
      <li>
        <div>
          <p>
            As <b>Redirect URI</b> choose <b>Web</b> and enter this, to the letter:
          </p>
          <CopyLine text={redirectUri} what="redirect URI" />
        </div>
      </li>
      <li>
        <p>
          From <b>Overview</b>, copy the <b>Directory (tenant) ID</b> and the <b>Application (client) ID</b>.
        </p>
      </li>
      <li>
        <p>
          Under <b>Certificates & secrets</b>, make a <b>New client secret</b> and copy its <b>Value</b>. Entra shows it once.
        </p>
      </li>
      <li>
        <p>
          For roles: make <b>App roles</b>, and give them to people or groups under <b>Enterprise applications</b> › <b>Users and groups</b>. There you also say
          who may sign in at all.
        </p>
      </li>
      <li>
        <p>
          Only if people’s mail addresses differ from their sign-in names: under <b>Token configuration</b>, add the optional claims <code>email</code> and{" "}
          <code>xms_edov</code> to the ID token. Without the second, Microsoft doesn’t vouch for the address, and it isn’t used.
        </p>
      </li>
    </ol>
  );
}
