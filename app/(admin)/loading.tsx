import { SkeletonRows } from "@/app/_components/blank";

/** While a page is on its way. */
export default function Loading() {
  return (
    <div aria-busy="true">
      <div className="head">
        <span className="sk" style={{ width: 180, height: 18, margin: "6px 0" }} />
      </div>
      <div className="pad late" style={{ paddingTop: 24 }}>
        <table className="tbl">
          <caption className="vh">Loading</caption>
          <SkeletonRows columns={4} />
        </table>
      </div>
    </div>
  );
}
