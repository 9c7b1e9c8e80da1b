import { Field } from "@/app/_components/field";

/** A new password, twice, so that a slip of the finger locks nobody out. */
export function NewPasswordFields({ label = "New password", errors }: { label?: string; errors: Record<string, string> }) {
  return (
    <>
      <Field
        name="newPassword"
        label={label}
        type="password"
        autoComplete="new-password"
        maxLength={128}
        required
        error={errors.newPassword}
        help="At least 12 characters, with a number and a symbol."
      />
      <Field name="repeated" label={`${label} again`} type="password" autoComplete="new-password" maxLength={128} required error={errors.repeated} />
    </>
  );
}
