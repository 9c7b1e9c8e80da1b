"use client";
import { Dialog as Radix } from "radix-ui";
import { useRef, type ReactNode } from "react";
import { IconButton } from "./button";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** One or two sentences under the title. */
  description?: ReactNode;
  /** question: 460 wide; choice: 760 wide. */
  size?: "question" | "choice";
  /** What the choice would do, directly above the buttons. */
  impact?: ReactNode;
  /** The buttons, the safe one first. */
  foot: ReactNode;
  children?: ReactNode;
}

/** A question over the page. Head and foot stay, the middle scrolls; Escape and the scrim close it; focus returns where it was. */
export function Dialog({ open, onOpenChange, title, description, size = "question", impact, foot, children }: DialogProps) {
  // Our dialogs are opened from state, without Radix's trigger, to which it would give the focus back.
  const before = useRef<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="scrim">
          <Radix.Content
            className="dlg rise"
            style={{ maxWidth: size === "question" ? 460 : 760 }}
            onOpenAutoFocus={() => {
              before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
            }}
            onCloseAutoFocus={(event) => {
              event.preventDefault();
              // What opened it may be gone, as a line of a closed menu or a deleted row.
              const back = before.current?.isConnected && before.current !== document.body ? before.current : document.getElementById("main");
              back?.focus({ preventScroll: true });
            }}
            {...(description ? {} : { "aria-describedby": undefined })}
          >
            <div className="dlg-head">
              <div>
                <Radix.Title className="dlg-title">{title}</Radix.Title>
                {description && <Radix.Description className="muted">{description}</Radix.Description>}
              </div>
              {size === "choice" && (
                <Radix.Close asChild>
                  <IconButton label="Close" icon="x" />
                </Radix.Close>
              )}
            </div>
            {children && <div className="dlg-body">{children}</div>}
            <div className="dlg-foot">
              {impact && <div className="dlg-impact">{impact}</div>}
              <div className="dlg-acts">{foot}</div>
            </div>
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
