"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Icon } from "@/app/_components/icon";
import { Menu, MenuChoice } from "@/app/_components/menu";
import type { ShellFacts } from "./load-shell";

/** Which team the lists show. The choice rides in the address as `team_id`; without it, all teams of the visitor. Who has one team has nothing to choose. */
export function TeamPicker({ teams, reach }: Pick<ShellFacts, "teams" | "reach">) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const chosen = search.get("team_id") ?? "all";
  const all = reach === "all" ? "All teams" : "All my teams";
  const options = [{ value: "all", label: all }, ...teams.map((team) => ({ value: String(team.id), label: team.name }))];
  const choose = (value: string) => {
    const next = new URLSearchParams(search);
    if (value === "all") next.delete("team_id");
    else next.set("team_id", value);
    // Another team's list begins at its first page.
    next.delete("page");
    // A page below a list belongs to one team already: choosing leads back to the list.
    const list = /^\/(hosts|policies|labels)\//.exec(path)?.[1];
    const query = next.toString();
    router.push(`${list ? `/${list}` : path}${query ? `?${query}` : ""}`);
  };
  const name = options.find((option) => option.value === chosen)?.label ?? all;
  if (reach === "one") {
    return (
      <p className="scope own">
        <Icon name="people" />
        <span className="tr">
          <span className="vh">Team: </span>
          {teams[0]?.name}
        </span>
      </p>
    );
  }
  return (
    <Menu
      label="Team"
      trigger={
        <button type="button" className="scope" aria-label={`Team: ${name}`}>
          <Icon name="people" />
          <span className="tr">{name}</span>
          <Icon name="down" />
        </button>
      }
    >
      <MenuChoice value={chosen} onChange={choose} options={options} />
    </Menu>
  );
}
