import Link from "next/link";
import { Blank } from "./_components/blank";

export const metadata = { title: "Not found" };

/** Nothing stands at this address. */
export default function NotFound() {
  return (
    <main id="main" style={{ display: "grid", minHeight: "100vh", placeContent: "center" }}>
      <Blank
        drawing="search"
        level={1}
        title="Nothing stands at this address"
        action={
          <Link className="btn plain" href="/">
            Go to the overview
          </Link>
        }
      >
        It may have moved or been deleted.
      </Blank>
    </main>
  );
}
