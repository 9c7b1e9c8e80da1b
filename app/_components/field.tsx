import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { Icon } from "./icon";

interface About {
  name: string;
  label: ReactNode;
  /** A sentence under the field; an error stands in its place. */
  help?: ReactNode;
  error?: string;
}

function describedBy(name: string, help: ReactNode, error: string | undefined): string | undefined {
  return error ? `${name}-error` : help ? `${name}-help` : undefined;
}

function Below({ name, help, error }: Pick<About, "name" | "help" | "error">) {
  if (error) {
    return (
      <p className="err" id={`${name}-error`}>
        <Icon name="warn" />
        {error.charAt(0).toUpperCase() + error.slice(1)}
        {/[.!?]$/.test(error) ? "" : "."}
      </p>
    );
  }
  return help ? (
    <p className="sm muted" id={`${name}-help`} style={{ marginTop: 4 }}>
      {help}
    </p>
  ) : null;
}

/** A line of text with its label above and its help or error below. */
export function Field({ name, label, help, error, id = name, className = "", ...rest }: About & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        className={`inp ${className}`.trimEnd()}
        id={id}
        name={name}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(name, help, error)}
        {...rest}
      />
      <Below name={name} help={help} error={error} />
    </div>
  );
}

/** Several lines of text. */
export function TextField({ name, label, help, error, id = name, rows = 3, ...rest }: About & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        className="inp"
        style={{ height: "auto", padding: "6px 10px", display: "block" }}
        rows={rows}
        id={id}
        name={name}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(name, help, error)}
        {...rest}
      />
      <Below name={name} help={help} error={error} />
    </div>
  );
}

/** One of a few choices; `children` are its options. */
export function SelectField({ name, label, help, error, id = name, children, ...rest }: About & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select className="inp" id={id} name={name} aria-invalid={error ? true : undefined} aria-describedby={describedBy(name, help, error)} {...rest}>
        {children}
      </select>
      <Below name={name} help={help} error={error} />
    </div>
  );
}

/** A box to tick, with its label right of it. */
export function CheckField({ name, label, help, error, id = name, type = "checkbox", className = "", ...rest }: About & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div style={{ display: "grid", gridTemplateColumns: "auto 1fr", columnGap: 8 }}>
      <input
        type={type}
        className={className}
        style={{ marginTop: 3 }}
        id={id}
        name={name}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(name, help, error)}
        {...rest}
      />
      <div>
        <label htmlFor={id}>{label}</label>
        <Below name={name} help={help} error={error} />
      </div>
    </div>
  );
}
