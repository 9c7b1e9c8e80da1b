"use client";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Icon } from "./icon";
import { Menu, MenuChoice } from "./menu";

/** A filter button over a list. The choice goes into the address under `name`; the first option is "any" and takes it away. */
export function ListFilter({ name, label, options }: { name: string; label: string; options: { value: string; label: string }[] }) {
  const router = useRouter();
  const path = usePathname();
  const search = useSearchParams();
  const chosen = options.find((option) => option.value === search.get(name)) ?? options[0];
  const on = chosen !== undefined && chosen !== options[0];
  const choose = (value: string) => {
    const next = new URLSearchParams(search);
    if (value === options[0]?.value) next.delete(name);
    else next.set(name, value);
    next.delete("page");
    const query = next.toString();
    router.push(query ? `${path}?${query}` : path, { scroll: false });
  };
  return (
    <span className={on ? "filter-on" : undefined} style={{ display: "inline-flex" }}>
      <Menu
        label={label}
        trigger={
          <button type="button" className={`sel${on ? " on" : ""}`}>
            {on ? chosen.label : label}
            <Icon name="down" />
          </button>
        }
      >
        <MenuChoice value={chosen?.value ?? ""} onChange={choose} options={options} />
      </Menu>
      {on && (
        <button type="button" className="sel on filter-x" aria-label={`Take away the filter ${chosen.label}`} onClick={() => choose(options[0]?.value ?? "")}>
          <Icon name="x" />
        </button>
      )}
    </span>
  );
}
