"use client";
import { useState } from "react";
import { Field, TextField } from "@/app/_components/field";

/** The fields of a secret or of a certificate, one kind at a time. What was typed is never shown again. */
export function CredentialFields({ errors, fromEnvironment = false }: { errors: Record<string, string>; fromEnvironment?: boolean }) {
  const [kind, setKind] = useState<"secret" | "certificate">("secret");
  return (
    <fieldset>
      <legend className="lab">How the app signs in</legend>
      <div style={{ display: "flex", gap: 20, flexWrap: "wrap" }}>
        <label className="pick">
          <input type="radio" name="credential_kind" value="secret" checked={kind === "secret"} onChange={() => setKind("secret")} /> Client secret
        </label>
        <label className="pick">
          <input type="radio" name="credential_kind" value="certificate" checked={kind === "certificate"} onChange={() => setKind("certificate")} /> Certificate
        </label>
      </div>
      {kind === "secret" ? (
        <>
          <Field
            name="client_secret"
            label="Client secret"
            type="password"
            autoComplete="off"
            spellCheck={false}
            placeholder={fromEnvironment ? "The one this server was started with" : ""}
            help={
              fromEnvironment
                ? "Leave it empty to use the one from the server’s environment."
                : "The secret’s value, not its id. Entra shows it once. Stored encrypted, never shown again."
            }
            error={errors.client_secret}
          />
          <Field
            name="client_secret_expires_at"
            label="Expires on (optional)"
            type="date"
            help="As Entra shows it beside the secret. We warn 30, 7 and 1 day before."
            error={errors.client_secret_expires_at}
          />
        </>
      ) : (
        <>
          <TextField
            name="certificate"
            label="Certificate (PEM)"
            rows={4}
            spellCheck={false}
            autoComplete="off"
            placeholder="-----BEGIN CERTIFICATE-----"
            error={errors.certificate}
          />
          <TextField
            name="private_key"
            label="Private key (PEM)"
            rows={4}
            spellCheck={false}
            autoComplete="off"
            placeholder="-----BEGIN PRIVATE KEY-----"
            help="Stored encrypted, never shown again. When the certificate expires is read from it."
            error={errors.private_key}
          />
        </>
      )}
    </fieldset>
  );
}
