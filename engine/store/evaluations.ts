import { newId } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'
import type { ProjectDatabase } from './database.ts'

export type DataPart = 'train' | 'validation' | 'test'

/** A report as stored. `testUsed` records that the test part has been looked at. */
export interface StoredEvaluation<T = JsonObject> {
  id: string
  run: string | null
  model: string | null
  kind: 'holdout' | 'kfold'
  part: DataPart | null
  report: T
  testUsed: boolean
  createdAt: string
}

interface EvaluationRow extends Omit<StoredEvaluation, 'report' | 'testUsed' | 'createdAt'> {
  report: string
  test_used: number
  created_at: string
}

/** An exported file. */
export interface StoredArtifact {
  id: string
  run: string
  format: string
  path: string
  bytes: number
  notes: string[]
  createdAt: string
}

export class EvaluationRepository {
  readonly #database: ProjectDatabase

  constructor(database: ProjectDatabase) {
    this.#database = database
  }

  add<T extends object>(evaluation: {
    id?: string
    run?: string | null
    model?: string | null
    kind: 'holdout' | 'kfold'
    part?: DataPart | null
    report: T
  }): StoredEvaluation<T> {
    const id = evaluation.id ?? newId('evl')
    const testUsed = evaluation.part === 'test'
    const createdAt = new Date().toISOString()
    const { run = null, model = null, kind, part = null, report } = evaluation
    this.#database.run(
      'INSERT INTO evaluations (id, run, model, kind, part, report, test_used, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      id,
      run,
      model,
      kind,
      part,
      JSON.stringify(report),
      testUsed ? 1 : 0,
      createdAt,
    )
    return { id, run, model, kind, part, report, testUsed, createdAt }
  }

  /** The newest first. */
  list<T = JsonObject>(filter: { run?: string; kind?: 'holdout' | 'kfold' } = {}): StoredEvaluation<T>[] {
    return this.#database
      .all<EvaluationRow>(
        'SELECT * FROM evaluations WHERE (?1 IS NULL OR run = ?1) AND (?2 IS NULL OR kind = ?2) ORDER BY rowid DESC',
        filter.run ?? null,
        filter.kind ?? null,
      )
      .map((row) => ({
        id: row.id,
        run: row.run,
        model: row.model,
        kind: row.kind,
        part: row.part,
        report: JSON.parse(row.report) as T,
        testUsed: row.test_used === 1,
        createdAt: row.created_at,
      }))
  }

  /** How often the test part of a run has been looked at. */
  testUses(run: string): number {
    const sql = 'SELECT count(*) AS count FROM evaluations WHERE run = ? AND test_used = 1'
    return this.#database.get<{ count: number }>(sql, run)?.count ?? 0
  }

  addArtifact(artifact: Omit<StoredArtifact, 'id' | 'createdAt'>): StoredArtifact {
    const stored = { ...artifact, id: newId('art'), createdAt: new Date().toISOString() }
    this.#database.run(
      'INSERT INTO artifacts (id, run, format, path, bytes, notes, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      stored.id,
      stored.run,
      stored.format,
      stored.path,
      stored.bytes,
      JSON.stringify(stored.notes),
      stored.createdAt,
    )
    return stored
  }

  /** The newest first. */
  artifacts(run?: string): StoredArtifact[] {
    return this.#database
      .all<Omit<StoredArtifact, 'notes'> & { notes: string }>(
        `SELECT id, run, format, path, bytes, notes, created_at AS createdAt FROM artifacts
         WHERE ?1 IS NULL OR run = ?1 ORDER BY rowid DESC`,
        run ?? null,
      )
      .map((row) => ({ ...row, notes: JSON.parse(row.notes) as string[] }))
  }
}
