"use client";
import Link from "next/link";
import { useSyncExternalStore } from "react";
import { Icon } from "@/app/_components/icon";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "@/app/_components/menu";
import { onThemeChange, readTheme, setTheme, type Theme } from "@/app/_components/theme";
import { signOut } from "./sign-out-action";

const themes = [
  { value: "system", label: "As the computer" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

/** Who is signed in; opens their account, the theme, the list of keys and Sign out. */
export function PersonMenu({ name, email }: { name: string; email: string }) {
  const theme = useSyncExternalStore<Theme>(onThemeChange, readTheme, () => "system");
  return (
    <Menu
      label="Your account"
      trigger={
        <button type="button" className="me" style={{ border: 0, background: "none", width: "100%", textAlign: "left", cursor: "pointer" }} title={email}>
          <span className="av" aria-hidden="true">
            {initials(name || email)}
          </span>
          <span className="tr">{name || email}</span>
        </button>
      }
    >
      <MenuHeading>{email}</MenuHeading>
      <MenuItem asChild>
        <Link href="/account">
          <Icon name="people" />
          My account
        </Link>
      </MenuItem>
      <MenuLine />
      <MenuHeading>Theme</MenuHeading>
      <MenuChoice value={theme} options={themes} onChange={(value) => setTheme(value as Theme)} />
      <MenuLine />
      <MenuItem icon="info" onSelect={() => window.dispatchEvent(new Event("flotilla:keys"))}>
        Keyboard
        <kbd className="kbd" style={{ marginLeft: "auto" }}>
          ?
        </kbd>
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <Icon name="out" />
        Sign out
      </MenuItem>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.charAt(0).toUpperCase() ?? "").join("");
}
