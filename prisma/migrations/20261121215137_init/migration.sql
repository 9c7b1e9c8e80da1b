-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "organisation" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "public_url" TEXT NOT NULL DEFAULT '',
    "setup_token_hash" TEXT,
    "set_up_at" TIMESTAMPTZ(3),
    "contact_text" TEXT NOT NULL DEFAULT '',
    "contact_phone" TEXT NOT NULL DEFAULT '',
    "contact_url" TEXT NOT NULL DEFAULT '',
    "transparency_url" TEXT NOT NULL DEFAULT '',
    "tray_name" TEXT NOT NULL DEFAULT '',
    "agent_options" JSONB NOT NULL DEFAULT '{}',
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL DEFAULT '',
    "password_hash" TEXT,
    "global_role" TEXT NOT NULL DEFAULT 'none',
    "api_only" BOOLEAN NOT NULL DEFAULT false,
    "disabled_at" TIMESTAMPTZ(3),
    "email_verified" TIMESTAMPTZ(3),
    "image" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "provider_account_id" TEXT NOT NULL,
    "refresh_token" TEXT,
    "access_token" TEXT,
    "expires_at" INTEGER,
    "ext_expires_in" INTEGER,
    "token_type" TEXT,
    "scope" TEXT,
    "id_token" TEXT,
    "session_state" TEXT,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "session_token" TEXT NOT NULL,
    "user_id" INTEGER NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'browser',
    "expires" TIMESTAMPTZ(3) NOT NULL,
    "absolute_end" TIMESTAMPTZ(3) NOT NULL DEFAULT now() + interval '7 days',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "address" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "teams" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "conditional_access_enabled" BOOLEAN NOT NULL DEFAULT false,
    "conditional_access_since" TIMESTAMPTZ(3),
    "audit_only" BOOLEAN NOT NULL DEFAULT false,
    "require_mdm" TEXT NOT NULL DEFAULT 'any',
    "stale_after_seconds" INTEGER NOT NULL DEFAULT 604800,
    "unknown_grace_seconds" INTEGER NOT NULL DEFAULT 7200,
    "on_disable" TEXT NOT NULL DEFAULT 'leave',
    "connection_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "teams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enroll_secrets" (
    "id" SERIAL NOT NULL,
    "secret_hash" TEXT NOT NULL,
    "secret_ciphertext" TEXT NOT NULL,
    "team_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "enroll_secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "hosts" (
    "id" SERIAL NOT NULL,
    "team_id" INTEGER NOT NULL DEFAULT 0,
    "osquery_host_id" TEXT,
    "hardware_uuid" TEXT NOT NULL DEFAULT '',
    "hardware_serial" TEXT NOT NULL DEFAULT '',
    "node_key_hash" TEXT,
    "orbit_node_key_hash" TEXT,
    "device_token_hash" TEXT,
    "device_token_changed_at" TIMESTAMPTZ(3),
    "previous_device_token_hash" TEXT,
    "previous_device_token_until" TIMESTAMPTZ(3),
    "hostname" TEXT NOT NULL DEFAULT '',
    "computer_name" TEXT NOT NULL DEFAULT '',
    "platform" TEXT NOT NULL DEFAULT '',
    "platform_like" TEXT NOT NULL DEFAULT '',
    "os_name" TEXT NOT NULL DEFAULT '',
    "os_version" TEXT NOT NULL DEFAULT '',
    "os_build" TEXT NOT NULL DEFAULT '',
    "code_name" TEXT NOT NULL DEFAULT '',
    "arch" TEXT NOT NULL DEFAULT '',
    "osquery_version" TEXT NOT NULL DEFAULT '',
    "orbit_version" TEXT NOT NULL DEFAULT '',
    "desktop_version" TEXT NOT NULL DEFAULT '',
    "hardware_vendor" TEXT NOT NULL DEFAULT '',
    "hardware_model" TEXT NOT NULL DEFAULT '',
    "hardware_version" TEXT NOT NULL DEFAULT '',
    "cpu_type" TEXT NOT NULL DEFAULT '',
    "cpu_subtype" TEXT NOT NULL DEFAULT '',
    "cpu_brand" TEXT NOT NULL DEFAULT '',
    "cpu_physical_cores" INTEGER NOT NULL DEFAULT 0,
    "cpu_logical_cores" INTEGER NOT NULL DEFAULT 0,
    "memory_bytes" BIGINT NOT NULL DEFAULT 0,
    "primary_ip" TEXT NOT NULL DEFAULT '',
    "primary_mac" TEXT NOT NULL DEFAULT '',
    "public_ip" TEXT NOT NULL DEFAULT '',
    "disk_space_available_gb" DOUBLE PRECISION,
    "disk_space_total_gb" DOUBLE PRECISION,
    "disk_space_available_percent" DOUBLE PRECISION,
    "disk_encryption" TEXT NOT NULL DEFAULT 'unknown',
    "disk_encryption_changed_at" TIMESTAMPTZ(3),
    "mdm_state" TEXT NOT NULL DEFAULT 'unknown',
    "mdm_changed_at" TIMESTAMPTZ(3),
    "mdm_server_url" TEXT NOT NULL DEFAULT '',
    "mdm_name" TEXT NOT NULL DEFAULT '',
    "mdm_installed_from_dep" BOOLEAN NOT NULL DEFAULT false,
    "last_user" TEXT NOT NULL DEFAULT '',
    "device_mapping_email" TEXT NOT NULL DEFAULT '',
    "uptime_seconds" BIGINT NOT NULL DEFAULT 0,
    "last_restarted_at" TIMESTAMPTZ(3),
    "distributed_interval_seconds" INTEGER NOT NULL DEFAULT 10,
    "config_refresh_seconds" INTEGER NOT NULL DEFAULT 60,
    "logger_period_seconds" INTEGER NOT NULL DEFAULT 10,
    "refetch_requested_at" TIMESTAMPTZ(3),
    "refetch_critical_until" TIMESTAMPTZ(3),
    "detail_updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01'::timestamptz,
    "label_updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01'::timestamptz,
    "policy_updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01'::timestamptz,
    "last_enrolled_at" TIMESTAMPTZ(3),
    "orbit_enrolled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hosts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_seen" (
    "host_id" INTEGER NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_seen_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "host_entra_identities" (
    "host_id" INTEGER NOT NULL,
    "device_id" TEXT NOT NULL,
    "user_principal_name" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL DEFAULT 'registered',
    "empty_answers" INTEGER NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "conflict_since" TIMESTAMPTZ(3),
    "conflict_host_id" INTEGER,

    CONSTRAINT "host_entra_identities_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "labels" (
    "id" SERIAL NOT NULL,
    "team_id" INTEGER,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "query" TEXT NOT NULL DEFAULT '',
    "platform" TEXT NOT NULL DEFAULT '',
    "label_type" TEXT NOT NULL DEFAULT 'regular',
    "membership_type" TEXT NOT NULL DEFAULT 'dynamic',
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "author_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "labels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "label_memberships" (
    "host_id" INTEGER NOT NULL,
    "label_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "label_memberships_pkey" PRIMARY KEY ("host_id","label_id")
);

-- CreateTable
CREATE TABLE "policies" (
    "id" SERIAL NOT NULL,
    "team_id" INTEGER,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "query" TEXT NOT NULL,
    "resolution" TEXT NOT NULL DEFAULT '',
    "platform" TEXT NOT NULL DEFAULT '',
    "critical" BOOLEAN NOT NULL DEFAULT false,
    "conditional_access_enabled" BOOLEAN NOT NULL DEFAULT false,
    "gated_since" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,
    "version_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "author_id" INTEGER,
    "author_name" TEXT NOT NULL DEFAULT '',
    "author_email" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policies_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_labels" (
    "policy_id" INTEGER NOT NULL,
    "label_id" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,

    CONSTRAINT "policy_labels_pkey" PRIMARY KEY ("policy_id","label_id")
);

-- CreateTable
CREATE TABLE "policy_results" (
    "host_id" INTEGER NOT NULL,
    "policy_id" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "policy_version" INTEGER NOT NULL,
    "outcome_since" TIMESTAMPTZ(3) NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "policy_results_pkey" PRIMARY KEY ("host_id","policy_id")
);

-- CreateTable
CREATE TABLE "host_compliance" (
    "host_id" INTEGER NOT NULL,
    "access_state" TEXT NOT NULL,
    "managed" BOOLEAN NOT NULL,
    "decision" TEXT NOT NULL,
    "policy_standing" TEXT NOT NULL DEFAULT 'none',
    "reasons" JSONB NOT NULL DEFAULT '[]',
    "blocking_policies" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "assessed_at" TIMESTAMPTZ(3) NOT NULL,
    "assess_again_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_compliance_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "access_transitions" (
    "id" BIGSERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "host_name" TEXT NOT NULL,
    "team_id" INTEGER,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "managed" BOOLEAN NOT NULL,
    "decision" TEXT NOT NULL,
    "reasons" JSONB NOT NULL DEFAULT '[]',
    "cause" TEXT NOT NULL,
    "caused_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "access_transitions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "compliance_reports" (
    "id" UUID NOT NULL,
    "host_id" INTEGER,
    "host_name" TEXT NOT NULL DEFAULT '',
    "connection_id" INTEGER NOT NULL,
    "provider" TEXT NOT NULL,
    "transition_id" BIGINT,
    "kind" TEXT NOT NULL,
    "cause" TEXT NOT NULL DEFAULT '',
    "device_id" TEXT NOT NULL,
    "user_principal_name" TEXT NOT NULL DEFAULT '',
    "user_object_id" TEXT NOT NULL DEFAULT '',
    "device_name" TEXT NOT NULL DEFAULT '',
    "os_version" TEXT NOT NULL DEFAULT '',
    "managed" BOOLEAN NOT NULL,
    "compliant" BOOLEAN NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL,
    "message_id" UUID,
    "last_update_time" TIMESTAMPTZ(3),
    "last_check_in_time" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "polls" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "mismatches" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "error_code" TEXT NOT NULL DEFAULT '',
    "error_detail" TEXT NOT NULL DEFAULT '',
    "microsoft_status" TEXT NOT NULL DEFAULT '',
    "read_back" JSONB,
    "caused_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "confirmed_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "compliance_reports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "report_events" (
    "id" BIGSERIAL NOT NULL,
    "report_id" UUID NOT NULL,
    "host_id" INTEGER,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "report_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entra_devices" (
    "connection_id" INTEGER NOT NULL,
    "device_id" TEXT NOT NULL,
    "owner_host_id" INTEGER,
    "owner_since" TIMESTAMPTZ(3),
    "last_update_time" TIMESTAMPTZ(3),
    "accepted_report_id" UUID,
    "accepted_key" TEXT NOT NULL DEFAULT '',
    "accepted_managed" BOOLEAN,
    "accepted_compliant" BOOLEAN,
    "accepted_at" TIMESTAMPTZ(3),
    "details_sent_at" TIMESTAMPTZ(3),
    "read_at" TIMESTAMPTZ(3),
    "read_managed" BOOLEAN,
    "read_compliant" BOOLEAN,
    "read_state" TEXT NOT NULL DEFAULT 'never',

    CONSTRAINT "entra_devices_pkey" PRIMARY KEY ("connection_id","device_id")
);

-- CreateTable
CREATE TABLE "compliance_exceptions" (
    "id" SERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "granted_by_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "compliance_exceptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entra_connections" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL DEFAULT 'default',
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "provider" TEXT NOT NULL,
    "cloud" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "tenant_domain" TEXT NOT NULL DEFAULT '',
    "client_id" TEXT NOT NULL DEFAULT '',
    "credential_kind" TEXT NOT NULL DEFAULT 'none',
    "credential_ciphertext" TEXT NOT NULL DEFAULT '',
    "credential_version" INTEGER NOT NULL DEFAULT 1,
    "credential_expires_at" TIMESTAMPTZ(3),
    "credential_hint" TEXT NOT NULL DEFAULT '',
    "state" TEXT NOT NULL,
    "error_code" TEXT NOT NULL DEFAULT '',
    "error_detail" JSONB NOT NULL DEFAULT '{}',
    "granted_roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "roles_checked_at" TIMESTAMPTZ(3),
    "consented_at" TIMESTAMPTZ(3),
    "consented_by_id" INTEGER,
    "service_principal_id" TEXT NOT NULL DEFAULT '',
    "tenant_service_url" TEXT NOT NULL DEFAULT '',
    "device_service_url" TEXT NOT NULL DEFAULT '',
    "addresses_found_at" TIMESTAMPTZ(3),
    "partner_policy_id" TEXT NOT NULL DEFAULT '',
    "group_id" TEXT NOT NULL DEFAULT '',
    "group_name" TEXT NOT NULL DEFAULT '',
    "partner_state" TEXT NOT NULL DEFAULT '',
    "paused_until" TIMESTAMPTZ(3),
    "pause_reason" TEXT NOT NULL DEFAULT '',
    "next_step_at" TIMESTAMPTZ(3),
    "last_heartbeat_at" TIMESTAMPTZ(3),
    "heartbeat_error" TEXT NOT NULL DEFAULT '',
    "resync_requested_at" TIMESTAMPTZ(3),
    "on_disconnect" TEXT NOT NULL DEFAULT 'leave',
    "created_by_id" INTEGER,
    "connected_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "entra_connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entra_setup_steps" (
    "connection_id" INTEGER NOT NULL,
    "step" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'todo',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "summary" TEXT NOT NULL DEFAULT '',
    "error_code" TEXT NOT NULL DEFAULT '',
    "error_detail" JSONB NOT NULL DEFAULT '{}',
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "entra_setup_steps_pkey" PRIMARY KEY ("connection_id","step")
);

-- CreateTable
CREATE TABLE "entra_consent_states" (
    "state_hash" TEXT NOT NULL,
    "connection_id" INTEGER NOT NULL,
    "user_id" INTEGER NOT NULL,
    "expected_tenant_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "entra_consent_states_pkey" PRIMARY KEY ("state_hash")
);

-- CreateTable
CREATE TABLE "entra_users" (
    "connection_id" INTEGER NOT NULL,
    "user_principal_name" TEXT NOT NULL,
    "object_id" TEXT NOT NULL,
    "account_enabled" BOOLEAN NOT NULL DEFAULT true,
    "fetched_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entra_users_pkey" PRIMARY KEY ("connection_id","user_principal_name")
);

-- CreateTable
CREATE TABLE "attention_items" (
    "id" BIGSERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "host_id" INTEGER,
    "policy_id" INTEGER,
    "details" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "attention_items_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "activities" (
    "id" BIGSERIAL NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" INTEGER,
    "actor_name" TEXT NOT NULL DEFAULT '',
    "actor_email" TEXT NOT NULL DEFAULT '',
    "type" TEXT NOT NULL,
    "team_id" INTEGER,
    "host_id" INTEGER,
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "activities_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "accounts_provider_provider_account_id_key" ON "accounts"("provider", "provider_account_id");

-- CreateIndex
CREATE UNIQUE INDEX "sessions_session_token_key" ON "sessions"("session_token");

-- CreateIndex
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "enroll_secrets_secret_hash_key" ON "enroll_secrets"("secret_hash");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_osquery_host_id_key" ON "hosts"("osquery_host_id");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_node_key_hash_key" ON "hosts"("node_key_hash");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_orbit_node_key_hash_key" ON "hosts"("orbit_node_key_hash");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_device_token_hash_key" ON "hosts"("device_token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "hosts_previous_device_token_hash_key" ON "hosts"("previous_device_token_hash");

-- CreateIndex
CREATE INDEX "hosts_team_id_idx" ON "hosts"("team_id");

-- CreateIndex
CREATE INDEX "hosts_hardware_uuid_idx" ON "hosts"("hardware_uuid");

-- CreateIndex
CREATE INDEX "hosts_hardware_serial_idx" ON "hosts"("hardware_serial");

-- CreateIndex
CREATE INDEX "hosts_hostname_idx" ON "hosts"("hostname");

-- CreateIndex
CREATE INDEX "host_seen_seen_at_idx" ON "host_seen"("seen_at");

-- CreateIndex
CREATE INDEX "host_entra_identities_device_id_idx" ON "host_entra_identities"("device_id");

-- CreateIndex
CREATE INDEX "label_memberships_label_id_idx" ON "label_memberships"("label_id");

-- CreateIndex
CREATE INDEX "policies_team_id_idx" ON "policies"("team_id");

-- CreateIndex
CREATE INDEX "policy_labels_label_id_idx" ON "policy_labels"("label_id");

-- CreateIndex
CREATE INDEX "policy_results_policy_id_outcome_idx" ON "policy_results"("policy_id", "outcome");

-- CreateIndex
CREATE INDEX "host_compliance_access_state_idx" ON "host_compliance"("access_state");

-- CreateIndex
CREATE INDEX "host_compliance_assess_again_at_idx" ON "host_compliance"("assess_again_at");

-- CreateIndex
CREATE INDEX "access_transitions_host_id_id_idx" ON "access_transitions"("host_id", "id");

-- CreateIndex
CREATE INDEX "access_transitions_created_at_idx" ON "access_transitions"("created_at");

-- CreateIndex
CREATE INDEX "compliance_reports_host_id_created_at_idx" ON "compliance_reports"("host_id", "created_at");

-- CreateIndex
CREATE INDEX "compliance_reports_connection_id_state_idx" ON "compliance_reports"("connection_id", "state");

-- CreateIndex
CREATE INDEX "compliance_reports_connection_id_device_id_state_idx" ON "compliance_reports"("connection_id", "device_id", "state");

-- CreateIndex
CREATE INDEX "compliance_reports_created_at_idx" ON "compliance_reports"("created_at");

-- CreateIndex
CREATE INDEX "report_events_report_id_id_idx" ON "report_events"("report_id", "id");

-- CreateIndex
CREATE INDEX "report_events_host_id_id_idx" ON "report_events"("host_id", "id");

-- CreateIndex
CREATE INDEX "entra_devices_owner_host_id_idx" ON "entra_devices"("owner_host_id");

-- CreateIndex
CREATE INDEX "compliance_exceptions_host_id_idx" ON "compliance_exceptions"("host_id");

-- CreateIndex
CREATE INDEX "attention_items_host_id_idx" ON "attention_items"("host_id");

-- CreateIndex
CREATE INDEX "activities_created_at_idx" ON "activities"("created_at");

-- CreateIndex
CREATE INDEX "activities_type_idx" ON "activities"("type");

-- CreateIndex
CREATE INDEX "activities_host_id_idx" ON "activities"("host_id");

-- AddForeignKey
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enroll_secrets" ADD CONSTRAINT "enroll_secrets_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_seen" ADD CONSTRAINT "host_seen_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_entra_identities" ADD CONSTRAINT "host_entra_identities_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_memberships" ADD CONSTRAINT "label_memberships_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_memberships" ADD CONSTRAINT "label_memberships_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policies" ADD CONSTRAINT "policies_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_labels" ADD CONSTRAINT "policy_labels_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_labels" ADD CONSTRAINT "policy_labels_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_results" ADD CONSTRAINT "policy_results_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_results" ADD CONSTRAINT "policy_results_policy_id_fkey" FOREIGN KEY ("policy_id") REFERENCES "policies"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_compliance" ADD CONSTRAINT "host_compliance_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "report_events" ADD CONSTRAINT "report_events_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "compliance_reports"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entra_setup_steps" ADD CONSTRAINT "entra_setup_steps_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "entra_connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entra_consent_states" ADD CONSTRAINT "entra_consent_states_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "entra_connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What the schema file can't say.
CREATE UNIQUE INDEX "teams_name_key" ON "teams" (lower("name"));
CREATE UNIQUE INDEX "labels_scope_name_key" ON "labels" (coalesce("team_id", -1), lower("name"));
CREATE UNIQUE INDEX "policies_scope_name_key" ON "policies" (coalesce("team_id", -1), lower("name"));
CREATE UNIQUE INDEX "entra_connections_one_default" ON "entra_connections" ("is_default") WHERE "is_default";
CREATE UNIQUE INDEX "attention_items_open_key" ON "attention_items" ("code", "subject") WHERE "ended_at" IS NULL;
-- At most one report waits per device: a newer decision takes its place.
CREATE UNIQUE INDEX "compliance_reports_one_queued" ON "compliance_reports" ("connection_id", "device_id") WHERE "state" = 'queued';
CREATE INDEX "compliance_reports_live" ON "compliance_reports" ("connection_id", "next_attempt_at") WHERE "ended_at" IS NULL;

ALTER TABLE "organisation" ADD CONSTRAINT "organisation_one_row" CHECK ("id" = 1);
ALTER TABLE "users" ADD CONSTRAINT "users_global_role" CHECK ("global_role" IN ('admin', 'maintainer', 'technician', 'observer_plus', 'observer', 'gitops', 'none'));
ALTER TABLE "users" ADD CONSTRAINT "users_email_lower" CHECK ("email" = lower("email"));
ALTER TABLE "teams" ADD CONSTRAINT "teams_require_mdm" CHECK ("require_mdm" IN ('any', 'ours', 'not_required'));
ALTER TABLE "teams" ADD CONSTRAINT "teams_on_disable" CHECK ("on_disable" IN ('leave', 'release', 'lock'));
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_disk_encryption" CHECK ("disk_encryption" IN ('on', 'off', 'unknown'));
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_mdm_state" CHECK ("mdm_state" IN ('on', 'off', 'unknown'));
ALTER TABLE "host_entra_identities" ADD CONSTRAINT "host_entra_identities_state" CHECK ("state" IN ('registered', 'device_only', 'not_registered'));
ALTER TABLE "labels" ADD CONSTRAINT "labels_label_type" CHECK ("label_type" IN ('builtin', 'regular'));
ALTER TABLE "labels" ADD CONSTRAINT "labels_membership_type" CHECK ("membership_type" IN ('dynamic', 'manual'));
ALTER TABLE "policy_labels" ADD CONSTRAINT "policy_labels_scope" CHECK ("scope" IN ('include_any', 'include_all', 'exclude_any', 'exclude_all'));
ALTER TABLE "policy_results" ADD CONSTRAINT "policy_results_outcome" CHECK ("outcome" IN ('pass', 'fail', 'unknown'));
ALTER TABLE "host_compliance" ADD CONSTRAINT "host_compliance_access_state" CHECK ("access_state" IN ('in', 'held', 'unsure', 'loose'));
ALTER TABLE "host_compliance" ADD CONSTRAINT "host_compliance_decision" CHECK ("decision" IN ('compliant', 'not_compliant', 'undecided'));
ALTER TABLE "host_compliance" ADD CONSTRAINT "host_compliance_policy_standing" CHECK ("policy_standing" IN ('pass', 'fail', 'none'));
ALTER TABLE "compliance_reports" ADD CONSTRAINT "compliance_reports_state" CHECK ("state" IN ('queued', 'uploading', 'submitted', 'completed', 'confirmed', 'mismatch', 'failed', 'attention', 'superseded'));
ALTER TABLE "compliance_reports" ADD CONSTRAINT "compliance_reports_kind" CHECK ("kind" IN ('verdict', 'freshness', 'resync', 'manual', 'retract', 'release', 'lock'));
ALTER TABLE "entra_connections" ADD CONSTRAINT "entra_connections_provider" CHECK ("provider" IN ('intune_partner', 'audit_only', 'graph_windows'));

-- Hot tables change often and shortly: vacuum them early.
ALTER TABLE "host_seen" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "policy_results" SET (autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO "organisation" ("id", "agent_options") VALUES (1, '{"config": {"options": {"distributed_interval": 10, "distributed_tls_max_attempts": 3, "logger_tls_endpoint": "/api/osquery/log", "logger_tls_period": 10, "pack_delimiter": "/", "disable_distributed": false}, "decorators": {"load": ["SELECT uuid AS host_uuid FROM system_info;", "SELECT hostname AS hostname FROM system_info;"]}}}');
INSERT INTO "teams" ("id", "name", "is_default") VALUES (0, 'No team', true);
INSERT INTO "labels" ("name", "description", "query", "platform", "label_type", "membership_type") VALUES
  ('All Hosts', 'Every host that has enrolled.', 'SELECT 1;', '', 'builtin', 'dynamic'),
  ('macOS', 'Every macOS host.', 'SELECT 1 FROM os_version WHERE platform = ''darwin'';', 'darwin', 'builtin', 'dynamic'),
  ('macOS 14+ (Sonoma+)', 'macOS hosts on version 14 or newer.', 'SELECT 1 FROM os_version WHERE platform = ''darwin'' AND CAST(major AS INTEGER) >= 14;', 'darwin', 'builtin', 'dynamic'),
  ('MS Windows', 'Every Windows host.', 'SELECT 1 FROM os_version WHERE platform = ''windows'';', 'windows', 'builtin', 'dynamic'),
  ('All Linux', 'Every Linux host.', 'SELECT 1 FROM osquery_info WHERE build_platform LIKE ''%ubuntu%'' OR build_platform LIKE ''%linux%'' OR build_distro LIKE ''%centos%'';', '', 'builtin', 'dynamic'),
  ('Ubuntu Linux', 'Every Ubuntu host.', 'SELECT 1 FROM os_version WHERE platform = ''ubuntu'';', 'ubuntu', 'builtin', 'dynamic'),
  ('CentOS Linux', 'Every CentOS host.', 'SELECT 1 FROM os_version WHERE platform = ''centos'' OR name LIKE ''%centos%'';', 'centos', 'builtin', 'dynamic'),
  ('Red Hat Linux', 'Every Red Hat host.', 'SELECT 1 FROM os_version WHERE name LIKE ''%red hat%'';', 'rhel', 'builtin', 'dynamic'),
  ('Fedora Linux', 'Every Fedora host.', 'SELECT 1 FROM os_version WHERE name LIKE ''%fedora%'';', 'fedora', 'builtin', 'dynamic'),
  ('chrome', 'Every ChromeOS host.', 'SELECT 1 FROM os_version WHERE platform = ''chrome'';', 'chrome', 'builtin', 'dynamic'),
  ('iOS', 'Every iPhone.', '', 'ios', 'builtin', 'dynamic'),
  ('iPadOS', 'Every iPad.', '', 'ipados', 'builtin', 'dynamic'),
  ('Android', 'Every Android device.', '', 'android', 'builtin', 'dynamic');
INSERT INTO "labels" ("name", "description", "query", "platform", "enabled") VALUES
  ('Company Portal installed', 'Company Portal is installed on the host.', 'SELECT 1 FROM apps WHERE bundle_identifier = ''com.microsoft.CompanyPortalMac'';', 'darwin', false);
