import type { Migration } from '../migrate.ts'

/** Weights of another run that a run began with, kept so that it can be repeated without that run. */
export const initialWeights: Migration = {
  version: 2,
  name: 'initial weights',
  sql: `
CREATE TABLE initial_weights (
  run     TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
  weights BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`,
}
