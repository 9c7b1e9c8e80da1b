"use client";
import { Toast as Radix } from "radix-ui";
import Link from "next/link";
import { createContext, useContext, useState, type ReactNode } from "react";
import { IconButton } from "./button";

interface ToastText {
  id: number;
  text: string;
  link?: { href: string; label: string };
}

const Show = createContext<(text: string, link?: ToastText["link"]) => void>(() => undefined);

/** Says what was done: `toast("Sent again.", { href, label })`. One at a time, 6 s, pausing under the pointer. Errors stand in the page instead. */
export function useToast(): (text: string, link?: ToastText["link"]) => void {
  return useContext(Show);
}

/** Stands once around the signed-in pages. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<ToastText | null>(null);
  const [open, setOpen] = useState(false);
  const show = (text: string, link?: ToastText["link"]) => {
    setToast((before) => ({ id: (before?.id ?? 0) + 1, text, link }));
    setOpen(true);
  };
  return (
    <Show.Provider value={show}>
      <Radix.Provider duration={6000} swipeDirection="right" label="Message">
        {children}
        {toast && (
          <Radix.Root key={toast.id} className="toast rise" open={open} onOpenChange={setOpen}>
            <Radix.Description>{toast.text}</Radix.Description>
            {toast.link && (
              <Radix.Action asChild altText={toast.link.label}>
                <Link href={toast.link.href} style={{ color: "inherit", textDecoration: "underline" }}>
                  {toast.link.label}
                </Link>
              </Radix.Action>
            )}
            <Radix.Close asChild>
              <IconButton label="Close" icon="x" style={{ color: "inherit", background: "none" }} />
            </Radix.Close>
          </Radix.Root>
        )}
        <Radix.Viewport className="toasts" />
      </Radix.Provider>
    </Show.Provider>
  );
}
