import { redirect } from "next/navigation";

/** There is one integration so far; its page stands for the list. */
export default function IntegrationsPage() {
  redirect("/settings/integrations/conditional-access");
}
