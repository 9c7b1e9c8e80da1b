import "server-only";
import { PrismaPg } from "@prisma/adapter-pg";
import { type Prisma, PrismaClient } from "../generated/prisma/client";
import { closePool, getPool } from "./pool";

/** Prisma, or Prisma inside a transaction: what query modules take. */
export type Db = PrismaClient | Prisma.TransactionClient;

const shared = globalThis as unknown as { flotillaPrisma?: PrismaClient };

/** The process's Prisma client, on the shared pool. */
export function getPrisma(): PrismaClient {
  shared.flotillaPrisma ??= new PrismaClient({ adapter: new PrismaPg(getPool()) });
  return shared.flotillaPrisma;
}

/** Ends Prisma and the pool under it. */
export async function closeDatabase(): Promise<void> {
  const prisma = shared.flotillaPrisma;
  shared.flotillaPrisma = undefined;
  await prisma?.$disconnect();
  await closePool();
}
