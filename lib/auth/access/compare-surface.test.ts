import { expect, test } from "vitest";
import { compareSurface, pagesWithoutDoor } from "../../testing/matrix/compare-surface";
import { listActions, listRoutes, type SourceFile } from "../../testing/matrix/list-surface";

const file = (path: string, text: string): SourceFile => ({ path, text });
const compare = (files: SourceFile[], entries: string[], notForUsers: Record<string, string> = {}) =>
  compareSurface([...listRoutes(files), ...listActions(files)], entries, notForUsers);

const hosts = file(
  "app/api/v1/fleet/hosts/[id]/route.ts",
  "export const GET = adminRoute({});\nexport const DELETE = adminRoute({});\nexport const dynamic = 1;",
);

test("a route that was added without an entry is named, with its file", () => {
  expect(compare([hosts], ["GET hosts/:id", "DELETE hosts/:id"])).toEqual([]);
  expect(compare([hosts], ["GET hosts/:id"])).toEqual([
    'app/api/v1/fleet/hosts/[id]/route.ts: "DELETE hosts/:id" has no entry in the access table. Add one that says who may call it.',
  ]);
});

test.each([
  ["export async function POST(request: Request) {}", "POST x"],
  ["export function PUT() {}", "PUT x"],
  ["const answer = 1;\nexport { answer as PATCH };", "PATCH x"],
  ["export { GET } from './other';", "GET x"],
  ["export const { GET, POST: OPTIONS } = handlers;", "OPTIONS x"],
])("however a method is exported, it is seen: %s", (text, key) => {
  const keys = listRoutes([file("app/api/v1/fleet/x/route.ts", text)]).map((exposed) => exposed.key);
  expect(keys).toContain(key);
});

test("routes outside the REST API are named by their whole address, groups left out", () => {
  const keys = listRoutes([
    file("app/(public)/device/[token]/route.tsx", "export async function GET() {}"),
    file("app/api/auth/[...nextauth]/route.ts", "export { h as GET };"),
  ]);
  expect(keys.map(({ key }) => key)).toEqual(["GET /device/:token", "GET /api/auth/*"]);
});

test("a server action that was added without an entry is named, wherever it lies", () => {
  const files = [
    file("app/(admin)/hosts/actions.ts", '"use server";\nexport const askAgain = adminAction();\nexport interface State {}'),
    file("app/(admin)/users/[userId]/more.ts", "// about it\n'use server';\nexport async function wipe() {}"),
    file("app/(admin)/labels/page.tsx", 'export default function Page() {\n  async function save() {\n    "use server";\n  }\n}'),
  ];
  expect(compare(files, ["hosts.askAgain"])).toEqual([
    'app/(admin)/labels/page.tsx: "app/(admin)/labels/page.tsx (an action inside a function)" has no entry in the access table. Add one that says who may call it.',
    'app/(admin)/users/[userId]/more.ts: "users.wipe" has no entry in the access table. Add one that says who may call it.',
  ]);
});

test("an entry, or a reason to have none, without anything behind it is named, and so is something with both", () => {
  expect(compare([hosts], ["GET hosts/:id", "DELETE hosts/:id", "GET gone"], { "GET /gone-too": "gone", "GET hosts/:id": "twice" })).toEqual([
    "\"GET /gone-too\" stands among what isn't for users, and doesn't exist. Remove it.",
    'The access table\'s entry "GET gone" has nothing behind it. Remove it.',
    'app/api/v1/fleet/hosts/[id]/route.ts: "GET hosts/:id" has an entry and stands among what isn\'t for users. Keep one.',
  ]);
});

test("a page for signed-in users that draws before it asks who is there is named", () => {
  const page = (path: string, body: string) => file(path, `import { requireAdmin } from "@/lib/auth/require-admin";\n${body}`);
  expect(
    pagesWithoutDoor([
      page("app/(admin)/a/page.tsx", "export default async function A() {\n  const ctx = await requireAdmin();\n}"),
      page("app/(admin)/b/page.tsx", "export default async function B() {\n  // await requireAdmin()\n  return null;\n}"),
      page("app/(admin)/c/page.tsx", 'export default function C() {\n  redirect("/settings");\n}'),
      page("app/(public)/d/page.tsx", "export default function D() {}"),
    ]),
  ).toEqual(["app/(admin)/b/page.tsx"]);
});
