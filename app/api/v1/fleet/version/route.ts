import { adminRoute } from "@/lib/auth/admin-route";
import { productVersion } from "@/lib/auth/product-version";

/** Which version this is, in the shape that Fleet's clients ask for as a health check. */
export const GET = adminRoute({ route: "GET version" }, async () => ({
  version: productVersion,
  branch: "",
  revision: process.env.FLOTILLA_REVISION ?? "",
  go_version: "",
  build_date: "",
  build_user: "",
}));
