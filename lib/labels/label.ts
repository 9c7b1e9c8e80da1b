/** A label with how many hosts are in it. `labelType`: builtin or regular. `membershipType`: dynamic or manual. `teamId` null: for all teams. */
export interface LabelWithCount {
  id: number;
  teamId: number | null;
  teamName: string | null;
  name: string;
  description: string;
  query: string;
  platform: string;
  labelType: string;
  membershipType: string;
  enabled: boolean;
  authorId: number | null;
  createdAt: Date;
  updatedAt: Date;
  hostCount: number;
}
