import { describe, expect, it } from 'vitest'
import type { EpochRecord } from '../../../engine/training/history.ts'
import type { TrainingEvent } from '../../../engine/training/trainer-events.ts'
import { TrainerReporter } from '../../../engine/training/trainer-reporter.ts'

/** Loss falls on, validation loss has its minimum at epoch 20. */
const overfitted = Array.from(
  { length: 400 },
  (_, index) =>
    ({
      epoch: index + 1,
      metrics: { loss: 1 / (index + 1), validation_loss: 0.2 + Math.abs(index - 19) / 100 },
      learningRate: 0.01,
      seconds: 0.001,
    }) as EpochRecord,
)

function warningsWhenFlushedEvery(epochs: number): unknown[] {
  const history: EpochRecord[] = []
  const events: TrainingEvent[] = []
  const reporter = new TrainerReporter({
    onEvent: (event) => events.push(event),
    epochs: overfitted.length,
    history,
    adversarial: false,
  })
  for (const record of overfitted) {
    history.push(record)
    reporter.epochCompleted(record, 1)
    if (record.epoch % epochs === 0) reporter.flush()
  }
  reporter.flush()
  return events.filter((event) => event.type === 'warning')
}

describe('warnings during training', () => {
  it('are the same however often events are sent', () => {
    const each = warningsWhenFlushedEvery(1)
    expect(each).not.toEqual([])
    expect(warningsWhenFlushedEvery(7)).toEqual(each)
    expect(warningsWhenFlushedEvery(400)).toEqual(each)
  })
})
