"use client";
import { useFormStatus } from "react-dom";
import type { ComponentProps } from "react";
import { Button } from "./button";

/** The button that sends the form around it; while the form is on its way it shows `sending`. */
export function SubmitButton({ sending, kind = "primary", ...rest }: ComponentProps<typeof Button> & { sending: string }) {
  const { pending } = useFormStatus();
  return <Button type="submit" kind={kind} pending={pending && sending} {...rest} />;
}
