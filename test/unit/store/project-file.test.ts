import { copyFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import BetterSqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { currentVersion, migrate } from '../../../engine/store/migrate.ts'
import { ProjectStore } from '../../../engine/store/projects.ts'
import { codeOf, temporaryFolder } from './temporary-folder.ts'

const folder = temporaryFolder()

function filledProject(name: string): string {
  const path = join(folder, name)
  const store = ProjectStore.create(path)
  const model = store.models.create({ name: 'mlp', dataset: null, document: { format: 1 }, plan: {} })
  for (let i = 0; i < 40; i += 1)
    store.runs.create({ kind: 'train', model: model.id, modelName: 'mlp', snapshot: { padding: 'x'.repeat(2000) } })
  store.dispose()
  return path
}

describe('a project file', () => {
  it('is one file after closing and holds what was put in', () => {
    const path = join(folder, 'churn.lamina')
    const store = ProjectStore.create(path)
    store.notes = 'kept'
    const data = store.datasets.create('iris', { rowCount: 2 }, new TextEncoder().encode('a,b\n1,2\n'))
    store.dispose()
    expect(existsSync(`${path}-wal`)).toBe(false)
    const copy = join(folder, 'copy.lamina')
    copyFileSync(path, copy)
    const again = ProjectStore.open(copy)
    expect(again.name).toBe('churn')
    expect(again.notes).toBe('kept')
    expect(new TextDecoder().decode(again.datasets.content(data.id)!)).toBe('a,b\n1,2\n')
    expect(again.datasets.get(data.id).description).toMatchObject({ id: data.id, name: 'iris' })
    again.dispose()
  })

  it('is never overwritten by a new one', () => {
    const path = filledProject('existing.lamina')
    const before = readFileSync(path)
    expect(codeOf(() => ProjectStore.create(path))).toBe('store.file-exists')
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('can be open twice, each seeing what the other saved', () => {
    const path = filledProject('shared.lamina')
    const one = ProjectStore.open(path)
    const two = ProjectStore.open(path)
    const model = one.models.create({ name: 'second', dataset: null, document: {}, plan: {} })
    expect(two.models.get(model.id).name).toBe('second')
    one.dispose()
    two.models.save(model.id, 1, { name: 'renamed' })
    two.dispose()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it.each([
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a text', Buffer.from('sepal_length,species\n1,setosa\n')],
    ['an empty file', Buffer.alloc(0)],
  ])('refuses %s and leaves it as it is', (name, bytes) => {
    const path = join(folder, `${name}.lamina`)
    writeFileSync(path, bytes)
    expect(codeOf(() => ProjectStore.open(path))).toBe('store.not-a-project')
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it('refuses the database of another program and leaves it as it is', () => {
    const path = join(folder, 'other.db')
    const other = new BetterSqlite(path)
    other.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
    other.close()
    const before = readFileSync(path)
    expect(codeOf(() => ProjectStore.open(path))).toBe('store.not-a-project')
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it.each([50, 100, 5000, 40000])(
    'says of a file cut after %i bytes that it is damaged, and does not write to it',
    (length) => {
      const path = filledProject(`cut-${length}.lamina`)
      truncateSync(path, length)
      const before = readFileSync(path)
      expect(codeOf(() => ProjectStore.open(path))).toBe('store.truncated')
      expect(readFileSync(path).equals(before)).toBe(true)
    },
  )

  it('says of a file with overwritten pages that it is damaged', () => {
    const path = filledProject('scribbled.lamina')
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 4096, bytes.length - 4096)
    writeFileSync(path, bytes)
    expect(codeOf(() => ProjectStore.open(path))).toBe('store.truncated')
  })

  it('names a missing file', () => {
    expect(codeOf(() => ProjectStore.open(join(folder, 'nowhere.lamina')))).toBe('store.file-missing')
    expect(codeOf(() => ProjectStore.open(folder))).toBe('store.file-missing')
  })

  it('refuses a file of a newer version', () => {
    const path = filledProject('newer.lamina')
    const database = new BetterSqlite(path)
    database.pragma(`user_version = ${currentVersion + 1}`)
    database.close()
    expect(codeOf(() => ProjectStore.open(path))).toBe('store.newer-version')
  })

  it('cannot be created in a folder that is not there', () => {
    expect(codeOf(() => ProjectStore.create(join(folder, 'no', 'such', 'x.lamina')))).toBe('store.folder-missing')
  })

  it('cannot be created where nothing may be written', () => {
    expect(codeOf(() => ProjectStore.create('/proc/lamina-test.lamina'))).toBe('store.read-only')
  })
})

describe('reading in a project', () => {
  const read = <T>(path: string, work: (store: ProjectStore) => T): T => {
    const store = ProjectStore.read(path)
    try {
      return work(store)
    } finally {
      store.dispose()
    }
  }

  it('leaves the file as it is, with a run that a dead process left running', () => {
    const path = filledProject('read.lamina')
    const database = new BetterSqlite(path)
    database.exec(`UPDATE runs SET status = 'running', owner = '999999:1' WHERE number = 1`)
    database.close()
    const before = readFileSync(path)
    const statusOf = ({ runs }: ProjectStore) => runs.list().find(({ number }) => number === 1)?.status
    expect(read(path, statusOf)).toBe('running')
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(existsSync(`${path}-wal`)).toBe(false)
    // Opening it is what marks the run.
    const opened = ProjectStore.open(path)
    expect(statusOf(opened)).toBe('interrupted')
    opened.dispose()
  })

  it('sees what lies in the log of a process that died, and folds nothing in', () => {
    const living = filledProject('living.lamina')
    const store = ProjectStore.open(living)
    store.models.create({ name: 'late', dataset: null, document: {}, plan: {} })
    const path = join(folder, 'dead.lamina')
    for (const suffix of ['', '-wal']) copyFileSync(living + suffix, path + suffix)
    store.dispose()
    const before = ['', '-wal'].map((suffix) => readFileSync(path + suffix))
    expect(read(path, ({ models }) => models.list().map(({ name }) => name))).toContain('late')
    expect(['', '-wal'].map((suffix) => readFileSync(path + suffix))).toEqual(before)
  })

  it('refuses to write', () => {
    const path = filledProject('written.lamina')
    const write = (store: ProjectStore) => {
      store.name = 'other'
    }
    expect(codeOf(() => read(path, write))).toBe('store.read-only')
  })

  it('refuses a file that would have to be migrated, or is of a newer version, and leaves it', () => {
    const old = join(folder, 'old.lamina')
    copyFileSync(new URL('../../fixtures/version-1.lamina-fixture', import.meta.url), old)
    const young = filledProject('young.lamina')
    const database = new BetterSqlite(young)
    database.pragma(`user_version = ${currentVersion + 1}`)
    database.close()
    const before = [old, young].map((path) => readFileSync(path))
    expect(codeOf(() => ProjectStore.read(old))).toBe('store.older-version')
    expect(codeOf(() => ProjectStore.read(young))).toBe('store.newer-version')
    expect([old, young].map((path) => readFileSync(path))).toEqual(before)
  })
})

describe('migrations', () => {
  it('bring the fixture of version 1 to the current form with its content', () => {
    const path = join(folder, 'version-1.lamina')
    copyFileSync(new URL('../../fixtures/version-1.lamina-fixture', import.meta.url), path)
    const store = ProjectStore.open(path)
    expect(store.name).toBe('fixture')
    expect(store.models.list().map((model) => model.name)).toEqual(['mlp'])
    expect(store.runs.list()).toHaveLength(1)
    expect(store.runs.epochs(store.runs.list()[0]!.id)).toEqual([
      { epoch: 1, metrics: { loss: 0.5 }, learningRate: 0.01, seconds: 0.25 },
    ])
    store.dispose()
  })

  it('leave the file at the step before one that fails', () => {
    const database = new BetterSqlite(':memory:')
    const steps = [
      { version: 1, name: 'good', sql: 'CREATE TABLE a (x)' },
      { version: 2, name: 'bad', sql: 'CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)' },
    ]
    expect(codeOf(() => migrate(database, 'test', steps))).toBe('store.migration-failed')
    expect(database.pragma('user_version', { simple: true })).toBe(1)
    expect(database.prepare(`SELECT name FROM sqlite_master WHERE name = 'b'`).all()).toEqual([])
    database.close()
  })
})
