import type { ReactNode } from "react";
import { ToastProvider } from "@/app/_components/toast";
import { requireAdmin } from "@/lib/auth/require-admin";
import { Shell } from "./_shell/shell";
import { loadShell } from "./_shell/load-shell";

/** Around every signed-in page: the navigation, what it counts, and the keyboard. Each page still asks for its own rights. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const ctx = await requireAdmin();
  return (
    <ToastProvider>
      <Shell facts={await loadShell(ctx)}>{children}</Shell>
    </ToastProvider>
  );
}
