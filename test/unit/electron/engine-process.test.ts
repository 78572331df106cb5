import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineHandle, EngineListener } from '../../../electron/engine-launcher.ts'
import type { ToHost } from '../../../electron/engine-messages.ts'
import { EngineProcess } from '../../../electron/engine-process.ts'
import type { EngineProcessState } from '../../../engine/rpc/contract/desktop.ts'

type Port = Parameters<EngineHandle['connect']>[0]

/** A process whose life the test decides. */
class FakeEngine implements EngineHandle {
  readonly pid = 1
  readonly sent: ToHost[] = []
  readonly connected: Port[] = []
  readonly listener: EngineListener
  killed = false

  constructor(listener: EngineListener) {
    this.listener = listener
  }

  send(message: ToHost): void {
    this.sent.push(message)
  }

  connect(port: Port): void {
    this.connected.push(port)
  }

  kill(): void {
    this.killed = true
    this.listener.exit(null, '')
  }
}

function setUp() {
  const started: FakeEngine[] = []
  const states: EngineProcessState[] = []
  const engine = new EngineProcess({
    launch(listener) {
      const fake = new FakeEngine(listener)
      started.push(fake)
      return fake
    },
    onState: (state) => states.push(state),
  })
  const latest = () => {
    const last = started.at(-1)
    if (!last) throw new Error('no engine was started')
    return last
  }
  const ready = () => latest().listener.message({ kind: 'ready' })
  return { engine, started, states, latest, ready }
}

const port = () => ({ close: vi.fn() }) as unknown as Port

describe('the engine process', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('joins a window to the engine only when it runs', () => {
    const { engine, latest, ready } = setUp()
    engine.start()
    expect(engine.connect(port)).toBe(false)
    ready()
    expect(engine.state.state).toBe('running')
    expect(engine.connect(port)).toBe(true)
    expect(latest().connected).toHaveLength(1)
  })

  it('starts a dead engine again, says why it died, and counts', () => {
    const { engine, started, latest, ready } = setUp()
    engine.start()
    ready()
    latest().listener.exit(139, 'frame 1\nSegmentation fault')
    expect(engine.state).toEqual({
      state: 'restarting',
      restarts: 1,
      reason: 'The engine ended unexpectedly (code 139): Segmentation fault',
    })
    vi.advanceTimersByTime(0)
    expect(started).toHaveLength(2)
    ready()
    expect(engine.state).toEqual({ state: 'running', restarts: 1, reason: null })
  })

  it('gives up on an engine that dies at every start, and tries anew when a window asks', () => {
    const { engine, started, latest } = setUp()
    engine.start()
    for (let death = 0; death < 6; death += 1) {
      latest().listener.exit(1, 'no addon')
      vi.advanceTimersByTime(5000)
    }
    expect(engine.state.state).toBe('stopped')
    expect(engine.state.reason).toContain('no addon')
    const attempts = started.length
    vi.advanceTimersByTime(120_000)
    expect(started).toHaveLength(attempts)
    engine.connect(port)
    expect(started).toHaveLength(attempts + 1)
  })

  it('asks the engine for the jobs that go on', async () => {
    const { engine, latest, ready } = setUp()
    engine.start()
    ready()
    const jobs = engine.activeJobs()
    const asked = latest().sent.at(-1)
    if (asked?.kind !== 'jobs') throw new Error('did not ask')
    latest().listener.message({
      kind: 'jobs',
      request: asked.request,
      active: [{ title: 'Training 1', state: 'running' }],
    })
    expect(await jobs).toEqual([{ title: 'Training 1', state: 'running' }])
  })

  it('takes an engine that does not answer, or that dies meanwhile, to have no jobs', async () => {
    const { engine, latest, ready } = setUp()
    engine.start()
    ready()
    const silent = engine.activeJobs()
    vi.advanceTimersByTime(2000)
    expect(await silent).toEqual([])
    const dying = engine.activeJobs()
    latest().listener.exit(1, '')
    expect(await dying).toEqual([])
  })

  it('waits for the engine to close its projects and does not start it again', async () => {
    const { engine, started, latest, ready } = setUp()
    engine.start()
    ready()
    const ended = engine.shutdown()
    expect(latest().sent.at(-1)).toEqual({ kind: 'shutdown' })
    latest().listener.exit(0, '')
    await ended
    vi.advanceTimersByTime(60_000)
    expect(started).toHaveLength(1)
    expect(latest().killed).toBe(false)
  })

  it('kills an engine that takes more than five seconds to end', async () => {
    const { engine, latest, ready } = setUp()
    engine.start()
    ready()
    const ended = engine.shutdown()
    vi.advanceTimersByTime(4999)
    expect(latest().killed).toBe(false)
    vi.advanceTimersByTime(1)
    await ended
    expect(latest().killed).toBe(true)
  })
})
