import type { Metadata } from "next";
import Link from "next/link";
import { Blank } from "@/app/_components/blank";

export const metadata: Metadata = { title: "This no longer exists" };

/** A signed-in page's own "not there": the navigation stays. */
export default function NotFound() {
  return (
    <Blank
      drawing="search"
      level={1}
      title="This no longer exists"
      action={
        <Link className="btn plain" href="/activities">
          See what happened
        </Link>
      }
    >
      Someone may have deleted it. Activity says who and when.
    </Blank>
  );
}
