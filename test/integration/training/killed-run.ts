import { loadNative } from '../../../engine/native/index.ts'
import type { Checkpoint, CheckpointKind } from '../../../engine/training/checkpoint.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { writeCheckpoints } from './checkpoint-files.ts'
import { type Project, templateProject } from './projects.ts'

/** Digits, in small batches and with checkpoints every tenth of a second: long enough to be killed in the middle. */
export function killedProject(): Project {
  const project = templateProject('digits')
  const checkpoint = { everyEpochs: 0, seconds: 0.1 }
  return { ...project, plan: { ...project.plan, epochs: 150, batchSize: 4, threads: 1, checkpoint } }
}

const folder = process.argv[2]
if (process.send && folder && import.meta.filename === process.argv[1]) {
  const kept = new Map<CheckpointKind, Checkpoint>()
  await createTrainer({ native: loadNative() }).train({
    ...killedProject(),
    save: (checkpoints) => {
      for (const checkpoint of checkpoints) kept.set(checkpoint.kind, checkpoint)
      writeCheckpoints(folder, kept)
      process.send?.('checkpoint')
    },
  })
}
