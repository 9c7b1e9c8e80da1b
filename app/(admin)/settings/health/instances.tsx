import { Time } from "@/app/_components/time";
import type { Instance, InstanceState } from "@/lib/health/judge-health";

const stateWords: Record<InstanceState, string> = { ready: "Serves", not_ready: "Doesn’t serve", stopped: "Stopped", silent: "Silent" };

/** The processes that work on this server's database, youngest first. */
export function Instances({ instances }: { instances: Instance[] }) {
  if (instances.length === 0) return null;
  return (
    <section aria-labelledby="instances">
      <div className="sech">
        <h2 className="h2" id="instances">
          Processes
        </h2>
      </div>
      <table className="tbl flat h-instances">
        <colgroup>
          <col />
          <col style={{ width: 128 }} />
          <col className="c-md" style={{ width: 96 }} />
          <col className="c-md" style={{ width: 112 }} />
          <col style={{ width: 92 }} />
          <col className="c-md" style={{ width: 112 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Machine and process</th>
            <th scope="col">State</th>
            <th scope="col" className="c-md">
              Version
            </th>
            <th scope="col" className="c-md">
              Runs since
            </th>
            <th scope="col" className="num">
              Memory
            </th>
            <th scope="col" className="num c-md">
              Heard
            </th>
          </tr>
        </thead>
        <tbody>
          {instances.map(({ name, state, version, since, at, memoryBytes }) => (
            <tr key={name}>
              <td>
                <span className="tr name" title={name}>
                  {name}
                </span>
              </td>
              <td className={state === "ready" || state === "stopped" ? undefined : "unsure"}>{stateWords[state]}</td>
              <td className="c-md">{version}</td>
              <td className="c-md nowrap">
                <Time at={since} form="clock" />
              </td>
              <td className="num nowrap">{state === "stopped" || state === "silent" ? <span className="faint">–</span> : sayBytes(memoryBytes)}</td>
              <td className="num c-md nowrap">
                <Time at={at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function sayBytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
