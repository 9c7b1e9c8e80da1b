import type { Context } from "@/lib/context";
import type { DeliveryRow } from "./delivery-queries";
import { ConnectionProblem } from "./entra/connection-problem";
import { MicrosoftError } from "./entra/microsoft-error";

/** Asks Microsoft about a report, or about several by the first. Null when it couldn't be asked: that says nothing about the report, and its next look is on record already. */
export async function askOrWait<Answer>(ctx: Context, report: DeliveryRow, ask: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof MicrosoftError) && !(error instanceof ConnectionProblem)) throw error;
    const fields = { "report.id": report.id, "report.message_id": report.messageId, "error.code": error.code, "error.message": error.message };
    ctx.log.warn(fields, "Microsoft couldn't be asked about a report; it is asked again");
    return null;
  }
}
