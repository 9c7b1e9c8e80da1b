"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Icon } from "@/app/_components/icon";
import { Menu, MenuChoice } from "@/app/_components/menu";

/** Which team the lists show. The choice rides in the address as `team_id`; without it, all teams. */
export function TeamPicker({ teams }: { teams: { id: number; name: string }[] }) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const chosen = search.get("team_id") ?? "all";
  const options = [{ value: "all", label: "All teams" }, ...teams.map((team) => ({ value: String(team.id), label: team.name }))];
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
  const name = options.find((option) => option.value === chosen)?.label ?? "All teams";
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
