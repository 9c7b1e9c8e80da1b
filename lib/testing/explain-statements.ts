import { escapeLiteral } from "pg";
import type { SqlContext } from "@/lib/context";
import type { Statement } from "@/lib/db/sql";

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: PlanNode[];
}

/** What a statement reads: its nodes that walk a table from end to end, and the most rows that any node handled. */
export interface Reading {
  name: string;
  walks: number;
  rows: number;
}

/**
 * A transaction in which every statement is explained first, as it would run, into `readings`. `kept`: by the plan that this connection has made and kept, where it has one.
 * @param table whose walks are counted
 */
export function explaining(tx: SqlContext, table: string, readings: Reading[], { kept = false } = {}): SqlContext {
  const run = <Row extends object>(text: string, values?: readonly unknown[]) => tx.sql.rows<Row>({ name: "", text }, values);
  return {
    ...tx,
    sql: {
      rows: async <Row extends object>(statement: Statement, values: readonly unknown[] = []) => {
        const { name, text } = statement;
        await run("savepoint explained");
        const subject = kept && name !== "" ? `execute "${name}" ${argumentsOf(values)}` : text;
        const [plan] = await run<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
          `explain (analyze, timing off, format json) ${subject}`,
          subject === text ? values : [],
        );
        await run("rollback to savepoint explained");
        const nodes = allNodes(plan?.["QUERY PLAN"][0]?.Plan);
        readings.push({
          name,
          walks: nodes.filter((node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === table).length,
          rows: Math.max(...nodes.map((node) => (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"])),
        });
        return tx.sql.rows<Row>(statement, values);
      },
    },
  };
}

function allNodes(node: PlanNode | undefined): PlanNode[] {
  return node ? [node, ...(node.Plans ?? []).flatMap(allNodes)] : [];
}

const argumentsOf = (values: readonly unknown[]) => (values.length === 0 ? "" : `(${values.map(literal).join(", ")})`);

function literal(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (Array.isArray(value)) return escapeLiteral(`{${value.map((item) => JSON.stringify(String(item))).join(",")}}`);
  return escapeLiteral(String(value));
}
