import packageJson from "../../package.json";

/** The product's version, as package.json says it. */
export const productVersion = packageJson.version;
