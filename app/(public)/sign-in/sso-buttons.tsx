import { Icon } from "@/app/_components/icon";
import type { SignInWay } from "@/lib/sso/list-sign-in-ways";

/** One button per way to sign in without a password. Plain links: they lead away from this server, and need no script. */
export function SsoButtons({ ways }: { ways: SignInWay[] }) {
  return (
    <ul className={ways.length > 1 ? "ways many" : "ways"}>
      {ways.map(({ kind, name, href, imageUrl }) => (
        <li key={href}>
          <a className={`btn big wide ${ways.length === 1 ? "primary" : "plain"}`} href={href}>
            <Mark kind={kind} imageUrl={imageUrl} />
            <span className="way-name">Sign in with {name}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Mark({ kind, imageUrl }: Pick<SignInWay, "kind" | "imageUrl">) {
  if (kind === "microsoft") return <MicrosoftMark />;
  if (!imageUrl.startsWith("https://")) return <Icon name="lock" />;
  // Its address is another server's: the browser tells that server nothing of this page.
  // oxlint-disable-next-line nextjs/no-img-element
  return <img src={imageUrl} alt="" width={20} height={20} referrerPolicy="no-referrer" />;
}

function MicrosoftMark() {
  return (
    <svg viewBox="0 0 21 21" width={16} height={16} aria-hidden="true" className="ms-mark">
      <path fill="#f25022" d="M0 0h10v10H0z" />
      <path fill="#7fba00" d="M11 0h10v10H11z" />
      <path fill="#00a4ef" d="M0 11h10v10H0z" />
      <path fill="#ffb900" d="M11 11h10v10H11z" />
    </svg>
  );
}
