import type { Organisation } from "@/lib/auth/get-organisation";
import { Icon } from "@/app/_components/icon";

type ContactFacts = Pick<Organisation, "contactText" | "contactPhone" | "contactUrl">;

/** Whom to call, in one sentence; says so when the organisation hasn't named anybody. */
export function contactSentence({ contactText }: ContactFacts): string {
  return contactText || "Ask your IT team.";
}

/** The ways to reach a person, as links. */
export function ContactLinks({ organisation }: { organisation: ContactFacts }) {
  const { contactPhone, contactUrl } = organisation;
  if (!contactPhone && !contactUrl) return null;
  return (
    <ul className="contact">
      {contactPhone && (
        <li>
          <a href={`tel:${contactPhone.replaceAll(/[^+\d]/g, "")}`}>
            <Icon name="phone" />
            {contactPhone}
          </a>
        </li>
      )}
      {/^https:\/\/|^mailto:/.test(contactUrl) && (
        <li>
          <a href={contactUrl} rel="noreferrer">
            <Icon name="chat" />
            Write to IT
          </a>
        </li>
      )}
    </ul>
  );
}
