"use client";
import { Button } from "@/app/_components/button";
import { Field } from "@/app/_components/field";

const letters = "abcdefghjkmnpqrstuvwxyz23456789";

/** A password that an admin gives away: shown as it is typed, since it has to be told, or made up by the browser. */
export function PasswordField({ id, value, onChange, error }: { id: string; value: string; onChange: (value: string) => void; error?: string }) {
  return (
    <div className="usr-password">
      <Field
        name="password"
        id={id}
        label="Password"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        help="12 characters or more, with a number and a symbol. Tell it to them by a safe way."
        error={error}
      />
      <Button onClick={() => onChange(makeUp())}>Make one up</Button>
    </div>
  );
}

// Four groups without look-alike characters: 95 bits, with a symbol and, to be sure, a number.
function makeUp(): string {
  const random = crypto.getRandomValues(new Uint32Array(19));
  const picked = Array.from(random, (number) => letters.charAt(number % letters.length)).join("");
  return `${picked.slice(0, 5)}-${picked.slice(5, 10)}-${picked.slice(10, 15)}-${picked.slice(15)}${(random[0] ?? 0) % 10}`;
}
