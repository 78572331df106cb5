import type { Migration } from '../migrate.ts'

/** The first form of the project file. */
export const initial: Migration = {
  version: 1,
  name: 'initial',
  sql: `
CREATE TABLE project (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  description TEXT NOT NULL CHECK (json_valid(description)),
  content     BLOB,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL
) STRICT;

CREATE TABLE models (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  dataset    TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  document   TEXT NOT NULL CHECK (json_valid(document)),
  plan       TEXT NOT NULL CHECK (json_valid(plan)),
  revision   INTEGER NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE sweeps (
  id         TEXT PRIMARY KEY,
  model      TEXT NOT NULL,
  name       TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('running', 'completed', 'stopped', 'interrupted', 'failed')),
  request    TEXT NOT NULL CHECK (json_valid(request)),
  result     TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(result)),
  created_at TEXT NOT NULL,
  owner      TEXT
) STRICT;

CREATE TABLE runs (
  id             TEXT PRIMARY KEY,
  number         INTEGER NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('train', 'kfold', 'trial')),
  model          TEXT NOT NULL,
  model_name     TEXT NOT NULL,
  sweep          TEXT REFERENCES sweeps (id) ON DELETE CASCADE,
  status         TEXT NOT NULL CHECK (status IN ('queued', 'running', 'paused', 'completed', 'stopped', 'interrupted', 'failed')),
  snapshot       TEXT NOT NULL CHECK (json_valid(snapshot)),
  summary        TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summary)),
  error          TEXT CHECK (error IS NULL OR json_valid(error)),
  notes          TEXT NOT NULL DEFAULT '',
  tags           TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  seconds        REAL NOT NULL DEFAULT 0,
  started_at     TEXT NOT NULL,
  finished_at    TEXT,
  owner          TEXT
) STRICT;
CREATE INDEX runs_by_sweep ON runs (sweep) WHERE sweep IS NOT NULL;

-- A completed run is evidence: only its name, notes and tags may still change.
CREATE TRIGGER completed_runs_stay BEFORE UPDATE OF id, number, kind, model, model_name, sweep, status, snapshot, summary, error, seconds, started_at, finished_at ON runs
WHEN OLD.status = 'completed'
BEGIN
  SELECT RAISE(ABORT, 'a completed run is never edited');
END;
CREATE TRIGGER snapshots_stay BEFORE UPDATE OF snapshot ON runs
BEGIN
  SELECT RAISE(ABORT, 'the snapshot of a run is never edited');
END;

CREATE TABLE epochs (
  run           TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  epoch         INTEGER NOT NULL,
  metrics       TEXT NOT NULL CHECK (json_valid(metrics)),
  learning_rate REAL NOT NULL,
  seconds       REAL NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL CHECK (kind IN ('last', 'best')),
  epoch      INTEGER NOT NULL,
  iteration  INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (json_valid(state)),
  persistent BLOB NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (run, kind)
) STRICT;

CREATE TABLE warnings (
  run     TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  rule    TEXT NOT NULL,
  message TEXT NOT NULL,
  epoch   INTEGER NOT NULL,
  PRIMARY KEY (run, rule, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluations (
  id         TEXT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('holdout', 'kfold')),
  run        TEXT REFERENCES runs (id) ON DELETE CASCADE,
  model      TEXT,
  part       TEXT CHECK (part IN ('train', 'validation', 'test')),
  report     TEXT NOT NULL CHECK (json_valid(report)),
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE trials (
  sweep   TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  number  INTEGER NOT NULL,
  trial   TEXT NOT NULL CHECK (json_valid(trial)),
  PRIMARY KEY (sweep, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  id         TEXT PRIMARY KEY,
  run        TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  format     TEXT NOT NULL,
  path       TEXT NOT NULL,
  bytes      INTEGER NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
`,
}
