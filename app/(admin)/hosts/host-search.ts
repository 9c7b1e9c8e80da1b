import { HostFilter, HostOrderKey, type HostPage } from "@/lib/hosts/host-filter";

/** Everything about the list stands in its address, so that a link shows the same list. */
export interface HostSearch {
  team_id?: string;
  access?: string;
  q?: string;
  platform?: string;
  policy_id?: string;
  outcome?: string;
  label_id?: string;
  status?: string;
  attention?: string;
  order?: string;
  dir?: string;
  page?: string;
}

const names = ["team_id", "access", "q", "platform", "policy_id", "outcome", "label_id", "status", "attention", "order", "dir", "page"] as const;

/** Rows on one page. */
export const hostsPerPage = 50;

/** The address's parameters as filter and page; what can't be read is left out. */
export function readHostSearch(given: Record<string, string | string[] | undefined>): {
  search: HostSearch;
  filter: HostFilter;
  page: Required<Pick<HostPage, "page" | "perPage" | "orderKey" | "orderDirection">>;
} {
  const search: HostSearch = {};
  for (const name of names) {
    const value = given[name];
    if (typeof value === "string" && value !== "") search[name] = value.slice(0, 200);
  }
  const whole = (text: string | undefined) => (text && /^\d{1,9}$/.test(text) ? Number(text) : undefined);
  const wanted: Record<string, unknown> = {
    query: search.q,
    teamId: whole(search.team_id),
    labelId: whole(search.label_id),
    platform: search.platform,
    accessState: search.access,
    policyId: whole(search.policy_id),
    policyOutcome: search.policy_id ? search.outcome : undefined,
    status: search.status,
    attention: search.attention,
  };
  const parsed = HostFilter.safeParse(wanted);
  for (const issue of parsed.error?.issues ?? []) delete wanted[String(issue.path[0])];
  const filter = parsed.data ?? HostFilter.parse(wanted);
  const order = HostOrderKey.safeParse(search.order);
  return {
    search,
    filter,
    page: {
      page: whole(search.page) ?? 0,
      perPage: hostsPerPage,
      orderKey: order.success ? order.data : "access",
      orderDirection: search.dir === "desc" ? "desc" : "asc",
    },
  };
}

/** The list's address with some parameters changed; an empty value takes one out. Every change but of the page begins at the first page. */
export function hostsHref(search: HostSearch, change: Partial<Record<keyof HostSearch, string | undefined>> = {}): string {
  const next = { ...search, ...("page" in change ? {} : { page: undefined }), ...change };
  const query = new URLSearchParams();
  for (const name of names) if (next[name]) query.set(name, next[name]);
  const text = query.toString();
  return text ? `/hosts?${text}` : "/hosts";
}

const answerDueMs = 60_000;

/** Whether a host was asked again a moment ago: an online host answers within a minute, an offline one whenever it is back. */
export function wasJustAsked({ refetchRequestedAt }: { refetchRequestedAt: Date | null }, now: Date): boolean {
  return refetchRequestedAt !== null && now.getTime() - refetchRequestedAt.getTime() < answerDueMs;
}
