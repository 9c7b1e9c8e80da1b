"use client";
import { useEffect } from "react";
import { Button } from "@/app/_components/button";
import { Blank, NoPermission } from "@/app/_components/blank";
import { PageHeader } from "@/app/_components/page-header";

/** In place of a page that failed. `digest` is our error's code, or the id under which the log has the cause; `retry` asks the server anew. */
export default function AdminError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  const title = titleOf(error.digest);
  useDocumentTitle(title);
  if (error.digest === "permission_denied") {
    return (
      <>
        <PageHeader title={title} />
        <div className="pad">
          <NoPermission>Your role doesn’t show this page. Ask an admin to open it with you, or to change your role.</NoPermission>
        </div>
      </>
    );
  }
  if (error.digest?.endsWith("_not_found")) {
    return (
      <Blank drawing="search" level={1} title={title}>
        Someone may have deleted it. Activity says who and when.
      </Blank>
    );
  }
  return (
    <Blank drawing="error" level={1} title={title} action={<Button onClick={retry}>Load again</Button>}>
      Nobody’s access is affected. {error.digest ? `The server’s log has the cause under ${error.digest}.` : "The server’s log has the cause."}
    </Blank>
  );
}

function titleOf(digest: string | undefined): string {
  if (digest === "permission_denied") return "Not for your role";
  return digest?.endsWith("_not_found") ? "This no longer exists" : "This page didn’t load";
}

// The page's own title failed with it, or says what isn't there; it may also come later than this.
function useDocumentTitle(text: string): void {
  useEffect(() => {
    const ours = `${text} · Flotilla`;
    let pages = document.title;
    const show = () => {
      if (document.title === ours) return;
      pages = document.title;
      document.title = ours;
    };
    show();
    const watch = new MutationObserver(show);
    watch.observe(document.head, { childList: true, characterData: true, subtree: true });
    return () => {
      watch.disconnect();
      if (document.title === ours) document.title = pages;
    };
  }, [text]);
}
