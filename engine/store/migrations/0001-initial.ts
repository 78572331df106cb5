import type { Migration } from '../migrate.ts'

export const initial: Migration = {
  version: 1,
  name: 'initial',
  sql: `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  content BLOB,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE models (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  dataset TEXT REFERENCES datasets(id) ON DELETE SET NULL,
  document TEXT NOT NULL,
  plan TEXT NOT NULL,
  layout TEXT NOT NULL DEFAULT '{}',
  revision INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;

CREATE TABLE autosaves (
  model TEXT NOT NULL REFERENCES models(id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  plan TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (model, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE sweeps (
  id TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running','completed','stopped','interrupted','failed')),
  request TEXT NOT NULL,
  planned INTEGER NOT NULL,
  best INTEGER,
  owner TEXT,
  created_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  number INTEGER NOT NULL UNIQUE,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('train','kfold','trial')),
  model TEXT NOT NULL,
  model_name TEXT NOT NULL,
  sweep TEXT REFERENCES sweeps(id) ON DELETE CASCADE,
  status TEXT NOT NULL CHECK (status IN ('queued','running','paused','completed','stopped','interrupted','failed')),
  snapshot TEXT NOT NULL,
  summary TEXT NOT NULL DEFAULT '{}',
  error TEXT,
  notes TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '[]',
  owner TEXT,
  created_at TEXT NOT NULL,
  started_at TEXT,
  finished_at TEXT
) STRICT;
CREATE INDEX runs_by_sweep ON runs (sweep);

CREATE TABLE epochs (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  metrics TEXT NOT NULL,
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (run, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('last','best')),
  epoch INTEGER NOT NULL,
  iteration INTEGER NOT NULL,
  persistent BLOB NOT NULL,
  state TEXT NOT NULL,
  saved_at TEXT NOT NULL,
  PRIMARY KEY (run, kind)
) STRICT;

CREATE TABLE evaluations (
  id TEXT PRIMARY KEY,
  run TEXT REFERENCES runs(id) ON DELETE CASCADE,
  model TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('holdout','kfold')),
  part TEXT,
  report TEXT NOT NULL,
  test_used INTEGER NOT NULL CHECK (test_used IN (0, 1)),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX evaluations_by_run ON evaluations (run);

CREATE TABLE trials (
  sweep TEXT NOT NULL REFERENCES sweeps(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  run TEXT,
  status TEXT NOT NULL,
  "values" TEXT NOT NULL,
  metrics TEXT NOT NULL,
  seconds REAL NOT NULL,
  error TEXT,
  PRIMARY KEY (sweep, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE artifacts (
  id TEXT PRIMARY KEY,
  run TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  format TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  notes TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER run_results_are_final
BEFORE UPDATE OF number, kind, model, model_name, sweep, status, snapshot, summary, error, owner, created_at, started_at, finished_at ON runs
WHEN OLD.status IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;

CREATE TRIGGER run_snapshot_is_final BEFORE UPDATE OF snapshot ON runs
WHEN OLD.status <> 'queued'
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;

CREATE TRIGGER epochs_insert_final BEFORE INSERT ON epochs
WHEN (SELECT status FROM runs WHERE id = NEW.run) IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;
CREATE TRIGGER epochs_update_final BEFORE UPDATE ON epochs
WHEN (SELECT status FROM runs WHERE id = OLD.run) IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;
CREATE TRIGGER epochs_delete_final BEFORE DELETE ON epochs
WHEN (SELECT status FROM runs WHERE id = OLD.run) IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;
CREATE TRIGGER checkpoints_insert_final BEFORE INSERT ON checkpoints
WHEN (SELECT status FROM runs WHERE id = NEW.run) IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;
CREATE TRIGGER checkpoints_update_final BEFORE UPDATE ON checkpoints
WHEN (SELECT status FROM runs WHERE id = OLD.run) IN ('completed','failed')
BEGIN SELECT RAISE(ABORT, 'run-finished'); END;
`,
}
