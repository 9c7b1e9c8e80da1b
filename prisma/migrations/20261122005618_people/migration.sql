-- AlterTable
ALTER TABLE "users" ADD COLUMN     "api_routes" JSONB,
ADD COLUMN     "last_signed_in_at" TIMESTAMPTZ(3),
ADD COLUMN     "must_reset_password" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "sso_enabled" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "activities" ADD COLUMN     "address" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "user_team_roles" (
    "user_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "user_team_roles_pkey" PRIMARY KEY ("user_id","team_id")
);

-- CreateTable
CREATE TABLE "invites" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "token_hash" TEXT NOT NULL,
    "sso_enabled" BOOLEAN NOT NULL DEFAULT false,
    "global_role" TEXT NOT NULL DEFAULT 'none',
    "invited_by_id" INTEGER,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invite_team_roles" (
    "invite_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "role" TEXT NOT NULL,

    CONSTRAINT "invite_team_roles_pkey" PRIMARY KEY ("invite_id","team_id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" SERIAL NOT NULL,
    "user_id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "token_hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL DEFAULT '',
    "routes" JSONB,
    "created_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "last_used_address" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "password_resets" (
    "token_hash" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "via" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "password_resets_pkey" PRIMARY KEY ("token_hash")
);

-- CreateTable
CREATE TABLE "rate_limits" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "mail_settings" (
    "id" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT false,
    "host" TEXT NOT NULL DEFAULT '',
    "port" INTEGER NOT NULL DEFAULT 587,
    "security" TEXT NOT NULL DEFAULT 'starttls',
    "user_name" TEXT NOT NULL DEFAULT '',
    "password_ciphertext" TEXT,
    "from_address" TEXT NOT NULL DEFAULT '',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mail_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sso_directories" (
    "id" SERIAL NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "cloud" TEXT NOT NULL DEFAULT 'global',
    "tenant_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "secret_ciphertext" TEXT NOT NULL,
    "enabled_at" TIMESTAMPTZ(3),
    "jit_provisioning" BOOLEAN NOT NULL DEFAULT false,
    "default_role" TEXT NOT NULL DEFAULT 'none',
    "trial" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sso_directories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "saml_settings" (
    "id" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT false,
    "entity_id" TEXT NOT NULL DEFAULT '',
    "idp_name" TEXT NOT NULL DEFAULT '',
    "idp_image_url" TEXT NOT NULL DEFAULT '',
    "metadata" TEXT NOT NULL DEFAULT '',
    "metadata_url" TEXT NOT NULL DEFAULT '',
    "idp_initiated" BOOLEAN NOT NULL DEFAULT false,
    "jit_provisioning" BOOLEAN NOT NULL DEFAULT false,
    "default_role" TEXT NOT NULL DEFAULT 'none',
    "server_url" TEXT NOT NULL DEFAULT '',
    "fetched_metadata" TEXT NOT NULL DEFAULT '',
    "fetched_at" TIMESTAMPTZ(3),
    "fetched_etag" TEXT NOT NULL DEFAULT '',
    "fetch_failed_at" TIMESTAMPTZ(3),
    "fetch_problem" TEXT NOT NULL DEFAULT '',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "saml_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "saml_requests" (
    "cookie_hash" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "return_path" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "saml_requests_pkey" PRIMARY KEY ("cookie_hash")
);

-- CreateTable
CREATE TABLE "saml_assertions" (
    "issuer" TEXT NOT NULL,
    "assertion_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "saml_assertions_pkey" PRIMARY KEY ("issuer","assertion_id")
);

-- CreateTable
CREATE TABLE "sso_role_rules" (
    "id" SERIAL NOT NULL,
    "directory_id" INTEGER,
    "source" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "team_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sso_role_rules_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "user_team_roles_team_id_idx" ON "user_team_roles"("team_id");

-- CreateIndex
CREATE UNIQUE INDEX "invites_email_key" ON "invites"("email");

-- CreateIndex
CREATE UNIQUE INDEX "invites_token_hash_key" ON "invites"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_token_hash_key" ON "api_tokens"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_user_id_name_key" ON "api_tokens"("user_id", "name");

-- CreateIndex
CREATE INDEX "password_resets_user_id_idx" ON "password_resets"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "sso_directories_slug_key" ON "sso_directories"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "sso_directories_tenant_id_key" ON "sso_directories"("tenant_id");

-- CreateIndex
CREATE INDEX "saml_requests_expires_at_idx" ON "saml_requests"("expires_at");

-- CreateIndex
CREATE INDEX "saml_assertions_expires_at_idx" ON "saml_assertions"("expires_at");

-- CreateIndex
CREATE INDEX "sso_role_rules_directory_id_idx" ON "sso_role_rules"("directory_id");

-- AddForeignKey
ALTER TABLE "user_team_roles" ADD CONSTRAINT "user_team_roles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_team_roles" ADD CONSTRAINT "user_team_roles_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invite_team_roles" ADD CONSTRAINT "invite_team_roles_invite_id_fkey" FOREIGN KEY ("invite_id") REFERENCES "invites"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "invite_team_roles" ADD CONSTRAINT "invite_team_roles_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_role_rules" ADD CONSTRAINT "sso_role_rules_directory_id_fkey" FOREIGN KEY ("directory_id") REFERENCES "sso_directories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sso_role_rules" ADD CONSTRAINT "sso_role_rules_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- "No team" belongs to global roles alone.
ALTER TABLE "user_team_roles" ADD CONSTRAINT "user_team_roles_real_team" CHECK ("team_id" > 0);
ALTER TABLE "invite_team_roles" ADD CONSTRAINT "invite_team_roles_real_team" CHECK ("team_id" > 0);
ALTER TABLE "sso_role_rules" ADD CONSTRAINT "sso_role_rules_real_team" CHECK ("team_id" > 0);
ALTER TABLE "user_team_roles" ADD CONSTRAINT "user_team_roles_known_role" CHECK ("role" IN ('admin', 'maintainer', 'technician', 'observer_plus', 'observer', 'gitops'));
ALTER TABLE "invite_team_roles" ADD CONSTRAINT "invite_team_roles_known_role" CHECK ("role" IN ('admin', 'maintainer', 'technician', 'observer_plus', 'observer', 'gitops'));
-- A claim never makes a gitops user.
ALTER TABLE "sso_role_rules" ADD CONSTRAINT "sso_role_rules_known_role" CHECK ("role" IN ('admin', 'maintainer', 'technician', 'observer_plus', 'observer'));
ALTER TABLE "users" ADD CONSTRAINT "users_known_role" CHECK ("global_role" IN ('admin', 'maintainer', 'technician', 'observer_plus', 'observer', 'gitops', 'none'));

-- The one row of each, off until set up.
INSERT INTO "mail_settings" ("id") VALUES (1);
INSERT INTO "saml_settings" ("id") VALUES (1);

-- Whose the activity is, for the audit's filter.
CREATE INDEX "activities_actor_id_idx" ON "activities"("actor_id") WHERE "actor_id" IS NOT NULL;
CREATE INDEX "activities_team_id_idx" ON "activities"("team_id") WHERE "team_id" IS NOT NULL;
