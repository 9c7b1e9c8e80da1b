import type { Role } from "../../context";
import type { TeamRoleRow } from "../user-queries";

/** Whether an invite's link opens: it does (`open`), its seven days are over (`expired`), or who sent it is no enabled global admin any more (`void`). */
export type InviteState = "open" | "expired" | "void";

/** Someone who was asked to join. Their link's token is stored as sha256 alone and not part of it. */
export interface Invite {
  id: number;
  email: string;
  name: string;
  ssoEnabled: boolean;
  globalRole: Role;
  teamRoles: TeamRoleRow[];
  invitedById: number | null;
  /** The name of who sent it; empty when they were deleted. */
  invitedByName: string;
  state: InviteState;
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** How long an invite's link opens. */
export const inviteDays = 7;
