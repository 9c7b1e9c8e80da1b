import { Tabs } from "@/app/_components/tabs";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";

/** The people who are in and those who were invited; the second only for those who may see invites. */
export function UserTabs({ ctx, current }: { ctx: Context; current: "users" | "invites" }) {
  if (!isAllowed(ctx, "invite:read")) return null;
  return (
    <Tabs
      label="Users and invites"
      tabs={[
        { href: "/users", text: "Users", current: current === "users" },
        { href: "/users/invites", text: "Invites", current: current === "invites" },
      ]}
    />
  );
}
