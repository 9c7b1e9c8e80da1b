import { env } from "@/lib/env";
import { InvalidInputError } from "@/lib/errors";
import { microsoftLogins } from "@/lib/http/microsoft-login";

/** The Microsoft clouds a tenant can live in; `custom` takes its addresses from the environment. */
export const cloudNames = ["global", "gcc_high", "dod", "china", "custom"] as const;

/** See `cloudNames`. */
export type CloudName = (typeof cloudNames)[number];

/** Where one cloud answers. Login and Graph are origins without a trailing slash; the Intune resource ends in one. */
export interface CloudProfile {
  name: CloudName;
  title: string;
  loginUrl: string;
  graphUrl: string;
  intuneResource: string;
  /** A partner service may answer only at a host that ends in one of these (a leading dot) or equals one of these. */
  partnerHosts: string[];
  /** Where an admin finds Intune's and Entra's pages. */
  intunePortalUrl: string;
  entraPortalUrl: string;
  /** Microsoft shows our address to people, so it must be public; only `custom` tolerates another. */
  requiresPublicHttps: boolean;
}

const customTitle = "Custom addresses";

const profiles: Record<Exclude<CloudName, "custom">, CloudProfile> = {
  global: {
    name: "global",
    title: "Global and GCC",
    loginUrl: microsoftLogins.global,
    graphUrl: "https://graph.microsoft.com",
    intuneResource: "https://api.manage.microsoft.com/",
    partnerHosts: [".manage.microsoft.com"],
    intunePortalUrl: "https://intune.microsoft.com",
    entraPortalUrl: "https://entra.microsoft.com",
    requiresPublicHttps: true,
  },
  gcc_high: {
    name: "gcc_high",
    title: "GCC High",
    loginUrl: microsoftLogins.us_government,
    graphUrl: "https://graph.microsoft.us",
    intuneResource: "https://api.manage.microsoft.us/",
    partnerHosts: [".manage.microsoft.us"],
    intunePortalUrl: "https://intune.microsoft.us",
    entraPortalUrl: "https://entra.microsoft.us",
    requiresPublicHttps: true,
  },
  dod: {
    name: "dod",
    title: "DoD",
    loginUrl: microsoftLogins.us_government,
    graphUrl: "https://dod-graph.microsoft.us",
    intuneResource: "https://api.manage.microsoft.us/",
    partnerHosts: [".manage.microsoft.us"],
    intunePortalUrl: "https://intune.microsoft.us",
    entraPortalUrl: "https://entra.microsoft.us",
    requiresPublicHttps: true,
  },
  china: {
    name: "china",
    title: "China, operated by 21Vianet",
    loginUrl: microsoftLogins.china,
    graphUrl: "https://microsoftgraph.chinacloudapi.cn",
    intuneResource: "https://api.manage.microsoftonline.cn/",
    partnerHosts: [".manage.microsoftonline.cn"],
    intunePortalUrl: "https://intune.microsoftonline.cn",
    entraPortalUrl: "https://entra.microsoftonline.cn",
    requiresPublicHttps: true,
  },
};

/** Whether the environment names all three addresses of a cloud of the operator's own. */
export function hasCustomCloud(): boolean {
  const { MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL, MICROSOFT_INTUNE_RESOURCE } = env();
  return Boolean(MICROSOFT_LOGIN_URL && MICROSOFT_GRAPH_URL && MICROSOFT_INTUNE_RESOURCE);
}

/** The cloud a new connection starts with: `custom` where its addresses are set, else the global one. */
export function preselectedCloud(): CloudName {
  return hasCustomCloud() ? "custom" : "global";
}

/**
 * The addresses of a cloud.
 * @throws InvalidInputError `cloud_unknown`; `custom_cloud_not_configured` when MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL or MICROSOFT_INTUNE_RESOURCE is missing
 */
export function cloudProfile(name: string): CloudProfile {
  if (name === "custom") return customProfile();
  const profile = (profiles as Record<string, CloudProfile>)[name];
  if (profile) return profile;
  const reason = `Expected one of ${cloudNames.join(", ")}.`;
  throw new InvalidInputError("cloud_unknown", `There is no Microsoft cloud "${name}". ${reason}`, { fields: [{ field: "cloud", reason }] });
}

/** A cloud's name for people and its portals; also for a custom cloud whose addresses have left the environment. */
export function describeCloud(name: string): Pick<CloudProfile, "title" | "intunePortalUrl" | "entraPortalUrl"> {
  const known = (profiles as Record<string, CloudProfile>)[name];
  return known ?? { ...profiles.global, title: name === "custom" ? customTitle : name };
}

function customProfile(): CloudProfile {
  const { MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL, MICROSOFT_INTUNE_RESOURCE } = env();
  if (!MICROSOFT_LOGIN_URL || !MICROSOFT_GRAPH_URL || !MICROSOFT_INTUNE_RESOURCE) {
    const reason = "The custom cloud needs MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL and MICROSOFT_INTUNE_RESOURCE. Set them and start the server again.";
    throw new InvalidInputError("custom_cloud_not_configured", reason, { fields: [{ field: "cloud", reason }] });
  }
  const intune = MICROSOFT_INTUNE_RESOURCE.endsWith("/") ? MICROSOFT_INTUNE_RESOURCE : `${MICROSOFT_INTUNE_RESOURCE}/`;
  return {
    name: "custom",
    title: customTitle,
    loginUrl: new URL(MICROSOFT_LOGIN_URL).origin,
    graphUrl: new URL(MICROSOFT_GRAPH_URL).origin,
    intuneResource: intune,
    partnerHosts: [MICROSOFT_LOGIN_URL, MICROSOFT_GRAPH_URL, intune].map((address) => new URL(address).host),
    intunePortalUrl: "https://intune.microsoft.com",
    entraPortalUrl: "https://entra.microsoft.com",
    requiresPublicHttps: false,
  };
}

/** Whether a bearer token may be sent there: https, and a host of this cloud's partner services. Other people's lists can name any host. */
export function isPartnerAddress(profile: CloudProfile, address: string): boolean {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  if (url.protocol !== "https:" || url.username !== "" || url.password !== "") return false;
  return profile.partnerHosts.some((allowed) => (allowed.startsWith(".") ? url.port === "" && url.hostname.endsWith(allowed) : url.host === allowed));
}
