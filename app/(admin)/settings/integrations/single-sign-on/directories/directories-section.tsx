import Link from "next/link";
import { Blank, NoPermission } from "@/app/_components/blank";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { listDirectories } from "@/lib/sso/oidc/list-directories";
import { cloudTitles, DirectoryState } from "./directory-words";

const path = "/settings/integrations/single-sign-on/directories";

/** The Entra directories that people sign in from, each with where it stands. */
export async function DirectoriesSection({ ctx }: { ctx: Context }) {
  const mayRead = isAllowed(ctx, "security_settings:read");
  const directories = mayRead ? await listDirectories(ctx) : [];
  const add = isAllowed(ctx, "security_settings:write") && (
    <Link className={`btn ${directories.length === 0 ? "primary" : "plain"}`} href={`${path}/new`} style={{ textDecoration: "none" }}>
      Add a directory
    </Link>
  );
  return (
    <section aria-labelledby="directories">
      <div style={{ display: "flex", gap: 12, alignItems: "center", justifyContent: "space-between", flexWrap: "wrap", marginBottom: 8 }}>
        <h2 className="h2" id="directories">
          Microsoft Entra
        </h2>
        {directories.length > 0 && add}
      </div>
      {!mayRead ? (
        <NoPermission />
      ) : directories.length === 0 ? (
        <Blank drawing="empty" title="Nobody signs in with Microsoft yet" level={3} action={add}>
          Add your Entra directory, and people sign in with the account they already have.
        </Blank>
      ) : (
        <table className="tbl flat">
          <caption className="vh">Directories that people sign in from</caption>
          <thead>
            <tr>
              <th scope="col">Directory</th>
              <th scope="col" style={{ width: 150 }}>
                Sign-in
              </th>
              <th scope="col" className="c-md">
                Cloud
              </th>
              <th scope="col" className="c-md">
                New people
              </th>
            </tr>
          </thead>
          <tbody>
            {directories.map((directory) => (
              <tr key={directory.id}>
                <td>
                  <Link href={`${path}/${directory.id}`}>{directory.name}</Link>
                </td>
                <td>
                  <DirectoryState directory={directory} now={ctx.now()} />
                </td>
                <td className="c-md muted">{cloudTitles[directory.cloud]}</td>
                <td className="c-md muted">{directory.jitProvisioning ? "are added when they sign in" : "are added by an admin first"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
