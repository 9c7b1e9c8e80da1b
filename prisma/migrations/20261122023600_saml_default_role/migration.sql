-- A person whom SAML adds and no attribute or rule names becomes an observer, as clients of Fleet's API expect of provisioning.
ALTER TABLE "saml_settings" ALTER COLUMN "default_role" SET DEFAULT 'observer';
UPDATE "saml_settings" SET "default_role" = 'observer' WHERE NOT "enabled" AND NOT "jit_provisioning";
