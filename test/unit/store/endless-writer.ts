import { ProjectStore } from '../../../engine/store/projects.ts'

// Writes epochs and checkpoints until it is killed; prints each epoch that was committed.
const store = ProjectStore.create(process.argv[2] as string)
const run = store.runs.create({ kind: 'train', model: 'mod_test', modelName: 'mlp', snapshot: {} })
for (let epoch = 1; ; epoch += 1) {
  store.runs.saveCheckpoints(
    run.id,
    [{ kind: 'last', epoch, iteration: epoch, state: {}, persistent: new Float32Array(10000).fill(epoch) }],
    [{ epoch, metrics: { loss: 1 / epoch }, learningRate: 0.1, seconds: 0.01 }],
  )
  process.stdout.write(`${epoch}\n`)
}
