"use client";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";

/** A 440 wide panel at the right, without a scrim: the page behind stays usable and keeps the focus. Escape closes it. */
export function SidePanel({
  open,
  onOpenChange,
  title,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  children: ReactNode;
}) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange} modal={false}>
      <Radix.Portal>
        <Radix.Content
          className="panel rise"
          style={{ display: "block" }}
          aria-describedby={undefined}
          onInteractOutside={(event) => event.preventDefault()}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <div style={{ display: "flex", alignItems: "flex-start", gap: 12, marginBottom: 12 }}>
            <Radix.Title className="dlg-title" style={{ minWidth: 0, overflowWrap: "anywhere" }}>
              {title}
            </Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close the panel" icon="x" style={{ marginLeft: "auto" }} />
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
