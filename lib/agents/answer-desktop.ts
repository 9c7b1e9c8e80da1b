import { answerJson, type AgentResponse } from "./agent-request";

/** What the tray shows: how many policies fail on its host, and who to turn to. */
export interface Desktop {
  failing: number;
  organisation: string;
  contactUrl: string;
}

/** The answer to a host's tray. */
export function answerDesktop({ failing, organisation, contactUrl }: Desktop): AgentResponse {
  return answerJson("device", {
    failing_policies_count: failing,
    self_service: false, // left out, it would read as true
    notifications: {},
    config: {
      org_info: { org_name: organisation, org_logo_url: "", org_logo_url_light_background: "", contact_url: contactUrl },
      mdm: { macos_migration: { mode: "" } },
    },
  });
}
