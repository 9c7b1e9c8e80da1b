"use client";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "./icon";

/** A menu that `trigger` (one button) opens. */
export function Menu({ trigger, align = "start", children, label }: { trigger: ReactElement; align?: "start" | "end"; children: ReactNode; label?: string }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="menu" align={align} sideOffset={6} collisionPadding={12} aria-label={label}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** One line of a menu: `onSelect` acts, or a single link as `children` with `asChild` goes there. */
export function MenuItem({
  icon,
  danger,
  disabled,
  asChild,
  onSelect,
  children,
}: {
  icon?: IconName;
  danger?: boolean;
  disabled?: boolean;
  asChild?: boolean;
  onSelect?: () => void;
  children: ReactNode;
}) {
  return (
    <Radix.Item className={`menu-it${danger ? " held" : ""}`} asChild={asChild} disabled={disabled} onSelect={onSelect}>
      {asChild ? (
        children
      ) : (
        <>
          {icon && <Icon name={icon} />}
          {children}
        </>
      )}
    </Radix.Item>
  );
}

/** A group of lines of which one holds. */
export function MenuChoice({ value, onChange, options }: { value: string; onChange: (value: string) => void; options: { value: string; label: ReactNode }[] }) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {options.map((option) => (
        <Radix.RadioItem key={option.value} value={option.value} className="menu-it">
          <span className="menu-tick">
            <Radix.ItemIndicator>
              <svg viewBox="0 0 16 16" className="ic" aria-hidden="true">
                <path d="m3.2 8.4 3.2 3.2L12.8 5" />
              </svg>
            </Radix.ItemIndicator>
          </span>
          {option.label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

/** A small heading inside a menu. */
export function MenuHeading({ children }: { children: ReactNode }) {
  return <Radix.Label className="menu-h">{children}</Radix.Label>;
}

/** A line between groups. */
export function MenuLine() {
  return <Radix.Separator className="menu-line" />;
}
