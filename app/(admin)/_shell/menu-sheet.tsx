"use client";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "@/app/_components/button";

/** The navigation on a phone, over the page. */
export function MenuSheet({ open, onOpenChange, children }: { open: boolean; onOpenChange: (open: boolean) => void; children: ReactNode }) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" style={{ padding: 0, placeItems: "start stretch" }}>
          <Radix.Content className="nav nav-sheet rise" aria-describedby={undefined}>
            <div style={{ display: "flex", alignItems: "center" }}>
              <Radix.Title className="h2" style={{ padding: "0 8px" }}>
                Menu
              </Radix.Title>
              <Radix.Close asChild>
                <IconButton label="Close the menu" icon="x" style={{ marginLeft: "auto" }} />
              </Radix.Close>
            </div>
            {children}
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
