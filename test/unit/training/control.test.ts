import { describe, expect, it } from 'vitest'
import { controlFromSignal, TrainingControl } from '../../../engine/training/trainer-control.ts'

describe('the training control', () => {
  it('pauses, resumes and stops; a stop is final', () => {
    const control = new TrainingControl()
    const seen: string[] = []
    control.onChange(() => seen.push(control.requested))
    control.resume()
    control.pause()
    control.pause()
    control.resume()
    control.stop()
    control.pause()
    control.stop()
    expect(seen).toEqual(['pause', 'run', 'stop'])
  })

  it('wakes who waits, on resume and on stop', async () => {
    for (const wake of ['resume', 'stop'] as const) {
      const control = new TrainingControl()
      await control.whenNotPaused()
      control.pause()
      const waiting = control.whenNotPaused()
      control[wake]()
      await waiting
      expect(control.requested).toBe(wake === 'resume' ? 'run' : 'stop')
    }
  })

  it('listens no more once disposed', () => {
    const control = new TrainingControl()
    let calls = 0
    control
      .onChange(() => {
        calls += 1
      })
      .dispose()
    control.stop()
    expect(calls).toBe(0)
  })

  it('follows an abort signal, also one that has fired', () => {
    const controller = new AbortController()
    const control = controlFromSignal(controller.signal)
    expect(control.requested).toBe('run')
    controller.abort()
    expect(control.requested).toBe('stop')
    expect(controlFromSignal(AbortSignal.abort()).requested).toBe('stop')
  })
})
