-- A process that takes jobs writes here that it lives; who is silent loses its jobs to the others.
CREATE TABLE "job_workers" (
    "id" TEXT NOT NULL,
    "beat_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "job_workers_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 50);
