/** What a directory's client secret is sealed for. */
export const secretPurpose = "sso_directory.client_secret";
