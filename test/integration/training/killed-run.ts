import { loadNative } from '../../../engine/native/index.ts'
import type { Checkpoint, CheckpointKind } from '../../../engine/training/checkpoint.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { writeCheckpoints } from './checkpoint-files.ts'
import { type Project, templateProject } from './projects.ts'

/** Digits with checkpoints every tenth of a second. */
export function killedProject(epochs: number): Project {
  const project = templateProject('digits')
  const checkpoint = { everyEpochs: 1000, seconds: 0.1 }
  return { ...project, plan: { ...project.plan, epochs, batchSize: 4, threads: 1, checkpoint } }
}

/** Epochs that no test waits for: the process is killed long before. */
const ENDLESS = 1_000_000

const folder = process.argv[2]
if (process.send && folder && import.meta.filename === process.argv[1]) {
  const kept = new Map<CheckpointKind, Checkpoint>()
  await createTrainer({ native: loadNative() }).train({
    ...killedProject(ENDLESS),
    save: (checkpoints) => {
      for (const checkpoint of checkpoints) kept.set(checkpoint.kind, checkpoint)
      writeCheckpoints(folder, kept)
      process.send?.('checkpoint')
    },
  })
}
