import type { ReactNode } from "react";
import { Icon, Mark } from "@/app/_components/icon";
import type { PermissionState } from "@/lib/compliance/entra/required-roles";

/** Which permissions the app holds in the tenant, as a fresh token said. */
export function PermissionsTable({ permissions, note, title }: { permissions: PermissionState[]; note: ReactNode; title: string }) {
  return (
    <section aria-labelledby="permissions">
      <div className="sech">
        <h2 className="h2" id="permissions">
          {title}
        </h2>
        <span className="r faint">{note}</span>
      </div>
      <table className="tbl flat perms">
        <caption className="vh">Permissions of the app in this tenant</caption>
        <colgroup>
          <col style={{ width: "45%" }} />
          <col className="c-md" />
          <col style={{ width: 96 }} />
        </colgroup>
        <thead className="vh">
          <tr>
            <th scope="col">Permission</th>
            <th scope="col" className="c-md">
              What for
            </th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {permissions.map(({ name, purpose, granted, optional }) => (
            <tr key={name}>
              <td>
                <code className="tr" title={name}>
                  {name}
                </code>
              </td>
              <td className="c-md">
                <span className="muted">{purpose}</span>
              </td>
              <td>
                {granted ? (
                  <span className="st in">
                    <Mark name="pass" />
                    Granted
                  </span>
                ) : (
                  <span className={`st ${optional ? "unsure" : "held"}`}>
                    <Icon name="warn" />
                    Missing
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
