/** What an answer is: its kind decides which rules count for it. */
export type AnswerKind = "page" | "open_page" | "public_page" | "payload" | "api" | "download" | "redirect" | "file";

/** One rule of the written list: a header, when it counts, and how much. */
export interface HeaderRule {
  name: string;
  points: number;
  /** Kinds that it doesn't count for. */
  except?: readonly AnswerKind[];
  /** Only where the visitor came by HTTPS, or only where not. */
  https?: boolean;
  holds(header: (name: string) => string): boolean;
}

const directives = (policy: string) => new Map(policy.split(";").map((part) => [part.trim().split(/\s+/, 1)[0] as string, part.trim()]));
const policyOf = (header: (name: string) => string) => directives(header("content-security-policy"));
const drawn: readonly AnswerKind[] = ["public_page", "payload", "api", "download", "redirect", "file"];

/** The written list that every answer is scored against. */
export const headerRules: readonly HeaderRule[] = [
  { name: "nothing is loaded that isn't named", points: 10, holds: (header) => policyOf(header).get("default-src") === "default-src 'none'" },
  {
    name: "scripts need the answer's nonce, and none is inline or evaluated",
    points: 15,
    except: drawn,
    holds: (header) => /^script-src 'self' 'nonce-[\w+/-]{22,}={0,2}' 'strict-dynamic'$/.test(policyOf(header).get("script-src") ?? ""),
  },
  { name: "no policy allows inline or evaluated script", points: 10, holds: (header) => !/unsafe/.test(policyOf(header).get("script-src") ?? "") },
  {
    name: "style sheets are ours or carry the nonce",
    points: 5,
    holds: (header) => /^$|^style-src 'self'( 'nonce-[^' ]+')?$/.test(policyOf(header).get("style-src") ?? ""),
  },
  { name: "no other site frames it", points: 10, holds: (header) => policyOf(header).get("frame-ancestors") === "frame-ancestors 'none'" },
  { name: "older browsers frame it neither", points: 3, holds: (header) => header("x-frame-options") === "DENY" },
  { name: "its addresses can't be turned elsewhere", points: 5, holds: (header) => policyOf(header).get("base-uri") === "base-uri 'none'" },
  { name: "its forms lead here", points: 5, holds: (header) => /^form-action '(self|none)'$/.test(policyOf(header).get("form-action") ?? "") },
  { name: "no plug-in", points: 2, holds: (header) => /^$|'none'$/.test(policyOf(header).get("object-src") ?? "") },
  { name: "its kind isn't guessed", points: 5, holds: (header) => header("x-content-type-options") === "nosniff" },
  { name: "other sites don't learn where one was", points: 5, holds: (header) => /^(same-origin|no-referrer)$/.test(header("referrer-policy")) },
  {
    name: "cameras and the like stay off",
    points: 3,
    holds: (header) => ["camera", "geolocation", "microphone", "payment", "usb"].every((name) => header("permissions-policy").includes(`${name}=()`)),
  },
  { name: "its window is its own", points: 4, holds: (header) => header("cross-origin-opener-policy") === "same-origin" },
  { name: "other sites can't load it", points: 4, holds: (header) => header("cross-origin-resource-policy") === "same-origin" },
  {
    name: "what a person sees is never stored",
    points: 10,
    except: ["file", "public_page"],
    holds: (header) => /\bno-store\b/.test(header("cache-control")),
  },
  {
    name: "a public page is kept five minutes at most",
    points: 10,
    except: ["page", "open_page", "payload", "api", "download", "redirect", "file"],
    holds: (header) => /no-store|no-cache|max-age=(0|300)\b/.test(header("cache-control")),
  },
  {
    name: "a file whose address names its content is kept for ever",
    points: 2,
    except: ["page", "open_page", "public_page", "payload", "api", "download", "redirect"],
    holds: (header) => /max-age=31536000.*immutable/.test(header("cache-control")),
  },
  { name: "by HTTPS, plain HTTP is upgraded", points: 2, https: true, except: drawn, holds: (header) => policyOf(header).has("upgrade-insecure-requests") },
  {
    name: "by HTTP, nothing is upgraded to what may not be there",
    points: 2,
    https: false,
    except: drawn,
    holds: (header) => !policyOf(header).has("upgrade-insecure-requests"),
  },
  { name: "by HTTPS, it is asked for ever after", points: 5, https: true, holds: (header) => /^max-age=31536000\b/.test(header("strict-transport-security")) },
  { name: "by HTTP, HTTPS isn't promised", points: 2, https: false, holds: (header) => header("strict-transport-security") === "" },
  { name: "it doesn't say what it is made with", points: 3, holds: (header) => header("x-powered-by") === "" && header("server") === "" },
];

/** An answer's points, and the rules that it breaks. */
export function scoreHeaders(headers: Record<string, string>, kind: AnswerKind, https: boolean): { points: number; of: number; broken: string[] } {
  const rules = headerRules.filter((rule) => !rule.except?.includes(kind) && (rule.https ?? https) === https);
  const broken = rules.filter((rule) => !rule.holds((name) => headers[name] ?? ""));
  const sum = (some: readonly HeaderRule[]) => some.reduce((total, { points }) => total + points, 0);
  return { points: sum(rules) - sum(broken), of: sum(rules), broken: broken.map(({ name }) => name) };
}
