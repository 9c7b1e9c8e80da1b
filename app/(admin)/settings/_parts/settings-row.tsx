import Link from "next/link";
import { Icon, type IconName } from "@/app/_components/icon";

/** What a list of settings leads to: `value` says how it stands. */
export interface SettingsRowFacts {
  href: string;
  icon: IconName;
  title: string;
  note: string;
  value: string;
}

/** One line of a list of settings. */
export function SettingsRow({ href, icon, title, note, value }: SettingsRowFacts) {
  return (
    <Link href={href}>
      <Icon name={icon} style={{ width: 18, height: 18 }} />
      <span style={{ minWidth: 0 }}>
        <b style={{ fontWeight: 560 }}>{title}</b>
        <span className="sm muted" style={{ display: "block" }}>
          {note}
        </span>
      </span>
      <span className="muted">{value}</span>
      <Icon name="right" />
    </Link>
  );
}
