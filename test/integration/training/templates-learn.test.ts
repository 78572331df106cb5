import { describe, expect, it } from 'vitest'
import { evaluateRows } from '../../../engine/evaluation/holdout.ts'
import { inferDocument } from '../../../engine/graph/infer.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { loadNative } from '../../../engine/native/index.ts'
import { chain } from '../../../engine/templates/chain.ts'
import { prepareData } from '../../../engine/training/prepare.ts'
import { createTrainer } from '../../../engine/training/trainer.ts'
import { type Project, templateProject } from './projects.ts'

const native = loadNative()

async function score({ document, plan, description, table, split }: Project, metric: string): Promise<number> {
  const { model } = await createTrainer({ native }).train({
    document,
    plan,
    description,
    table,
    split,
    seed: 1,
    threads: 2,
  })
  const { metrics } = await evaluateRows(native, model, table, split.test, { threads: 2 })
  return metrics[metric]!
}

function sizes(id: string) {
  const { document, description, table, split } = templateProject(id)
  return inferDocument(document, prepareData(table, description, split).signature)
}

describe('a template, on its test rows', () => {
  it.each([
    ['lenet-5', 'accuracy', 0.97],
    ['vgg-small', 'accuracy', 0.9],
    ['residual-cnn', 'accuracy', 0.9],
    ['conv1d', 'accuracy', 0.9],
    ['bidirectional-lstm', 'accuracy', 0.97],
    ['lstm-forecast', 'r2', 0.9],
    ['gru-forecast', 'r2', 0.9],
    ['multi-input', 'r2', 0.95],
    ['text-average', 'accuracy', 0.97],
    ['conv-lstm', 'accuracy', 0.95],
    ['multi-label', 'exact_match', 0.92],
    ['multi-label', 'overheated/f1', 0.93],
    ['multi-label', 'unbalanced/f1', 0.93],
    ['multi-label', 'leaking/f1', 0.93],
  ])(
    '%s reaches %s of at least %f',
    async (id, metric, least) => {
      const reached = await score(templateProject(id), metric)
      console.log(`${id}: ${metric} ${reached}`)
      expect(reached).toBeGreaterThanOrEqual(least)
    },
    120_000,
  )
})

describe('the order of words', () => {
  it.each(['text-lstm', 'text-transformer'])(
    'is learned by %s',
    async (id) => {
      const accuracy = await score(templateProject(id), 'accuracy')
      console.log(`${id}: accuracy ${accuracy}`)
      expect(accuracy).toBeGreaterThanOrEqual(0.97)
    },
    120_000,
  )

  it('is read by an LSTM that leaves out padding', () => {
    const { document } = templateProject('text-lstm')
    const { nodes } = sizes('text-lstm')
    const memory = Object.values(document.nodes).find(({ type }) => type === 'lstm')!
    expect(nodes[memory.id]?.inputMasks?.[0]).toBeTruthy()
    expect(validateDocument(document).map(({ code }) => code)).not.toContain('graph.mask-lost')
  })

  it('stays at one half for a linear model of the words', async () => {
    const project = templateProject('text-lstm')
    const linear = chain([
      { type: 'input', name: 'text' },
      { type: 'embedding', name: 'weights', params: { inputDim: 40, outputDim: 1, maskZero: true } },
      { type: 'global_average_pooling1d', name: 'mean' },
      { type: 'dense', name: 'probability', params: { units: 1, activation: 'sigmoid' } },
      { type: 'output', name: 'order' },
    ])
    const accuracy = await score({ ...project, document: linear }, 'accuracy')
    console.log(`linear: accuracy ${accuracy}`)
    expect(accuracy).toBeLessThanOrEqual(0.58)
  })

  it('occurs in the data twice for the same words, once in each class', () => {
    const { table } = templateProject('text-lstm')
    const [text, order] = table.columns
    if (text?.type !== 'text' || order?.type !== 'categorical') throw new Error('text and classes')
    const counts = new Map<string, number>()
    for (const [row, sentence] of text.texts.entries()) {
      const words = sentence!.split(' ').sort().join(' ')
      counts.set(words, (counts.get(words) ?? 0) + (order.codes[row] === 0 ? 1 : -1))
    }
    expect([...counts.values()].every((difference) => difference === 0)).toBe(true)
  })
})

describe('a network by name has the parameters of its paper', () => {
  it('LeNet-5: 61,706', () => expect(sizes('lenet-5').parameters).toBe(61706))

  it('VGG16 without its top and with a head of 512 and 10: to the digit', () => {
    const { nodes, parameters, trainable, nonTrainable } = sizes('vgg16')
    const own = Object.values(nodes)
      .map((node) => node.parameters)
      .filter((count) => count > 0)
    expect(own.sort((a, b) => a - b)).toEqual([
      1792, 5130, 36928, 73856, 147584, 295168, 590080, 590080, 1180160, 2359808, 2359808, 2359808, 2359808, 2359808,
      12845568,
    ])
    expect({ parameters, trainable, nonTrainable }).toEqual({
      parameters: 27565386,
      trainable: 12850698,
      nonTrainable: 14714688,
    })
  })
})
