import { Mark } from "@/app/_components/icon";
import { secretProblemOf, trialState, type Directory } from "@/lib/sso/oidc/directory";

/** What the clouds are called. */
export const cloudTitles: Record<Directory["cloud"], string> = {
  global: "Global and GCC",
  us_government: "US government (GCC High and DoD)",
  china: "China, operated by 21Vianet",
};

/** Where the tenant's admins make app registrations. */
export const portalUrls: Record<Directory["cloud"], string> = {
  global: "https://entra.microsoft.com",
  us_government: "https://entra.microsoft.us",
  china: "https://entra.microsoftonline.cn",
};

/** Whether people can sign in through a directory, in two words. */
export function DirectoryState({ directory, now }: { directory: Directory; now: Date }) {
  if (directory.enabledAt && secretProblemOf(directory)) {
    return (
      <span className="st held">
        <Mark name="held" /> On, but failing
      </span>
    );
  }
  if (directory.enabledAt) {
    return (
      <span className="st in">
        <Mark name="in" /> On
      </span>
    );
  }
  const trial = trialState(directory, now);
  return (
    <span className="st unsure">
      <Mark name="unsure" /> {trial === "passed" ? "Off" : trial === "failed" ? "Draft, trial failed" : "Draft, not tried"}
    </span>
  );
}
