-- Which process runs a recurring job, until when it may, and when the job is due again. All times are the database's.
CREATE TABLE job_leases (
  job varchar(63) PRIMARY KEY,
  holder uuid NOT NULL,
  held_until timestamptz NOT NULL,
  due_at timestamptz NOT NULL
);
