"use client";
import { Button } from "@/app/_components/button";
import { Blank, NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";

// The page's own title may have failed with it.
const titleOf = (text: string) => <title>{`${text} · Flotilla`}</title>;

/** In place of a page that failed. `digest` is our error's code, or the id under which the log has the cause. */
export default function AdminError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  if (error.digest === "permission_denied") {
    return (
      <>
        {titleOf("Not for your role")}
        <PageHeader title="Not for your role" />
        <div className="pad">
          <NoPermission>Your role doesn’t show this page. Ask an admin to open it with you, or to change your role.</NoPermission>
        </div>
      </>
    );
  }
  if (error.digest?.endsWith("_not_found")) {
    return (
      <>
        {titleOf("This no longer exists")}
        <Blank drawing="search" level={1} title="This no longer exists">
          Someone may have deleted it. Activity says who and when.
        </Blank>
      </>
    );
  }
  return (
    <>
      {titleOf("This page didn’t load")}
      <Blank drawing="error" level={1} title="This page didn’t load" action={<Button onClick={reset}>Load again</Button>}>
        Nobody’s access is affected. {error.digest ? `The server’s log has the cause under ${error.digest}.` : "The server’s log has the cause."}
      </Blank>
    </>
  );
}
