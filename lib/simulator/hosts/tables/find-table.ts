import { COMMON_TABLES } from "./common-tables";
import { defineTable, type ComputerTable } from "./define-table";
import { FLEETD_MACOS_TABLES, FLEETD_TABLES } from "./fleetd-tables";
import { LINUX_TABLES } from "./linux-tables";
import { MACOS_TABLES } from "./macos-tables";
import { WINDOWS_TABLES } from "./windows-tables";
import { hasFleetdTables, type Computer } from "@/lib/simulator/hosts/computer";
import { SqlError } from "@/lib/simulator/hosts/sql/sql-values";
import type { SqlTables } from "@/lib/simulator/hosts/sql/run-select";

const catalogues = new Map<string, ReadonlyMap<string, ComputerTable>>();

/**
 * The osquery tables of one computer at one moment.
 * @param flags value of each osqueryd flag, for the table `osquery_flags`
 */
export function findTables(computer: Computer, now: number, flags: ReadonlyMap<string, string>): SqlTables {
  const catalogue = catalogueOf(computer);
  return {
    now,
    find: (name) => {
      if (name === "osquery_registry") return registry(computer, catalogue).read(computer, now);
      if (name === "osquery_flags") return flagTable(flags).read(computer, now);
      const table = catalogue.get(name);
      if (table && computer.state.brokenTables.includes(name)) throw new SqlError(`vtable constructor failed: ${name}`);
      return table ? table.read(computer, now) : null;
    },
  };
}

function catalogueOf({ identity }: Computer): ReadonlyMap<string, ComputerTable> {
  const fleetd = hasFleetdTables(identity);
  const key = `${identity.platform} ${String(fleetd)}`;
  const known = catalogues.get(key);
  if (known) return known;
  const own = identity.platform === "darwin" ? MACOS_TABLES : identity.platform === "windows" ? WINDOWS_TABLES : LINUX_TABLES;
  const added = fleetd ? [...FLEETD_TABLES, ...(identity.platform === "darwin" ? FLEETD_MACOS_TABLES : [])] : [];
  const made = new Map([...COMMON_TABLES, ...own, ...added].map((table) => [table.name, table]));
  catalogues.set(key, made);
  return made;
}

function registry(computer: Computer, catalogue: ReadonlyMap<string, ComputerTable>): ComputerTable {
  return defineTable("osquery_registry", "registry name owner_uuid:int internal:int active:int", () =>
    [...catalogue.keys(), "osquery_registry", "osquery_flags"].map((name) => ({
      registry: "table",
      name,
      owner_uuid: 0,
      internal: 0,
      active: !computer.state.brokenTables.includes(name),
    })),
  );
}

function flagTable(flags: ReadonlyMap<string, string>): ComputerTable {
  return defineTable("osquery_flags", "name type description default_value value shell_only:int", () =>
    [...flags].map(([name, value]) => ({ name, type: "string", description: "", default_value: "", value, shell_only: 0 })),
  );
}
