import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Icon, type IconName } from "./icon";

/** How a button weighs: one primary at most per page. */
export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  icon?: IconName;
  big?: boolean;
  wide?: boolean;
  /** While its work runs: the words to show instead. The button keeps its place and takes no second press. */
  pending?: string | false;
  /** Why it can't be pressed; shown on hover and told to readers of screens. */
  reason?: string;
  ref?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

/** A button. Its words say its effect. */
export function Button({ kind = "plain", icon, big, wide, pending, reason, className = "", children, type = "button", onClick, ...rest }: ButtonProps) {
  const blocked = Boolean(pending) || Boolean(reason);
  return (
    <button
      // oxlint-disable-next-line react/button-has-type -- the type is the caller's, button by default
      type={type}
      className={`btn ${kind}${big ? " big" : ""}${wide ? " wide" : ""} ${className}`.trimEnd()}
      aria-disabled={blocked || undefined}
      title={reason}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {pending ? <Icon name="again" className="ic spin" /> : icon && <Icon name={icon} />}
      {pending || children}
    </button>
  );
}

/** A button that is only an icon; `label` is its name. */
export function IconButton({ label, icon, kind = "quiet", className = "", ...rest }: Omit<ButtonProps, "children"> & { label: string; icon: IconName }) {
  return <Button kind={kind} icon={icon} className={`icon ${className}`.trimEnd()} aria-label={label} title={label} {...rest} />;
}
