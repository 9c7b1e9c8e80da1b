/** A session as it may be shown: never its token, never its hash. `kind`: a browser's, or that of a program that signed in with a password. */
export interface SessionRecord {
  id: string;
  userId: number;
  kind: "browser" | "api";
  createdAt: Date;
  lastUsedAt: Date;
  /** When it ends by itself unless it is used before. */
  expires: Date;
  /** When it ends by itself however much it is used. */
  absoluteEnd: Date;
  userAgent: string;
  address: string;
}
