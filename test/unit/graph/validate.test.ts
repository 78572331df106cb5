import { describe, expect, it } from 'vitest'
import { Random } from '../../../engine/base/rng.ts'
import type { Diagnostic } from '../../../engine/graph/diagnostic.ts'
import type { DatasetSignature, GraphDocument } from '../../../engine/graph/document.ts'
import { emptyDocument } from '../../../engine/graph/document.ts'
import { parseDocument } from '../../../engine/graph/parse.ts'
import { applyPatch } from '../../../engine/graph/patch.ts'
import { validateDocument } from '../../../engine/graph/validate.ts'
import { layers } from '../../../engine/layers/registry.ts'
import { defaultPlan } from '../../../engine/training/plan.ts'
import { binaryData, draw, irisData, numericData, single } from './documents.ts'

const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map((item) => item.code)

function find(document: GraphDocument, code: string, dataset?: DatasetSignature): Diagnostic {
  const found = validateDocument(document, { dataset }).find((item) => item.code === code)
  if (!found) throw new Error(`no ${code} among ${codes(validateDocument(document, { dataset })).join(', ')}`)
  return found
}

/** The document after the repair a diagnostic offers. */
function repaired(document: GraphDocument, diagnostic: Diagnostic): GraphDocument {
  if (!diagnostic.repair) throw new Error(`${diagnostic.code} offers no repair`)
  return applyPatch(document, diagnostic.repair)
}

describe('a sound network', () => {
  it.each([
    ['classes with softmax', single(3, 'softmax'), irisData],
    ['two classes with one sigmoid unit', single(1, 'sigmoid'), binaryData],
    ['two classes with two softmax units', single(2, 'softmax'), binaryData],
    ['numbers with a linear unit', single(1, 'linear'), numericData],
  ])('has no findings: %s', (_, document, dataset) => {
    expect(validateDocument(document, { dataset, plan: defaultPlan })).toEqual([])
  })

  it('is only told about missing data while there is none', () => {
    expect(validateDocument(single(3, 'softmax'))).toMatchObject([
      { code: 'input.no-data', severity: 'info', node: 'in' },
    ])
  })
})

describe('structure', () => {
  it('misses Input and Output in an empty drawing', () => {
    expect(codes(validateDocument(emptyDocument))).toEqual(['graph.no-input', 'graph.no-output'])
  })

  it('names the port that nothing is connected to', () => {
    const document = draw({ in: ['input'], a: ['dense'], out: ['output'] }, ['in -> a'])
    expect(find(document, 'graph.unconnected', irisData)).toMatchObject({
      severity: 'error',
      node: 'out',
      port: 'input',
      where: 'out.input',
      received: 'none',
    })
  })

  it('wants two inputs at Add', () => {
    const document = draw({ in: ['input'], sum: ['add'], out: ['output'] }, ['in -> sum', 'sum -> out'])
    expect(find(document, 'graph.unconnected', irisData)).toMatchObject({ node: 'sum', received: '1' })
  })

  it('offers self-attention where only the query of attention is connected', () => {
    const document = draw(
      { in: ['input', { shape: [2, 2] }], heads: ['multi_head_attention'], flat: ['flatten'], out: ['output'] },
      ['in -> heads.query', 'heads -> flat', 'flat -> out'],
    )
    const missing = find(document, 'graph.unconnected', irisData)
    expect(missing).toMatchObject({ port: 'value', repair: { label: 'Connect in to the value' } })
    expect(codes(validateDocument(repaired(document, missing), { dataset: irisData }))).not.toContain(
      'graph.unconnected',
    )
  })

  it('names every layer of a cycle and offers to open it', () => {
    const document = draw({ in: ['input'], a: ['dense'], b: ['dense'], out: ['output'] }, ['a -> b', 'b -> out'])
    const back = { id: 'x', from: { node: 'b', port: 'output' }, to: { node: 'a', port: 'input' }, order: 0 }
    const broken = { ...document, edges: { ...document.edges, x: back } }
    const cycle = find(broken, 'graph.cycle', irisData)
    expect(cycle.received).toMatch(/a -> b -> a|b -> a -> b/)
    expect(codes(validateDocument(repaired(broken, cycle)))).not.toContain('graph.cycle')
  })

  it('finds layers without effect and outputs without a path from an Input', () => {
    const document = draw(
      { in: ['input'], last: ['dense', { units: 3, activation: 'softmax' }], out: ['output'], spare: ['dense'] },
      ['in -> last', 'in -> spare', 'last -> out'],
    )
    const unused = find(document, 'graph.unused', irisData)
    expect(unused).toMatchObject({ severity: 'warning', node: 'spare' })
    expect(validateDocument(repaired(document, unused), { dataset: irisData })).toEqual([])
    const apart = draw({ in: ['input'], a: ['dense'], out: ['output'] }, ['a -> out'])
    expect(codes(validateDocument(apart, { dataset: irisData }))).toContain('graph.unreachable')
  })

  it('finds unknown layers, doubled names, and connections that end nowhere', () => {
    const document = single(3, 'softmax')
    const last = document.nodes.last!
    const nodes = {
      ...document.nodes,
      odd: { ...last, id: 'odd', type: 'densee', name: 'odd' },
      twin: { ...last, id: 'twin' },
    }
    const edges = {
      ...document.edges,
      x: { id: 'x', from: { node: 'last', port: 'output' }, to: { node: 'gone', port: 'input' }, order: 0 },
    }
    const broken = { ...document, nodes, edges }
    expect(find(broken, 'graph.unknown-layer', irisData).fix).toContain('"dense"')
    const double = find(broken, 'graph.duplicate-name', irisData)
    expect(codes(validateDocument(repaired(broken, double)))).not.toContain('graph.duplicate-name')
    const dangling = find(broken, 'graph.dangling-edge', irisData)
    expect(dangling.received).toContain('gone')
    expect(repaired(broken, dangling).edges.x).toBeUndefined()
  })

  it('finds a second connection on a port that takes one', () => {
    const document = draw({ in: ['input'], b: ['input'], last: ['dense', { units: 3 }], out: ['output'] }, [
      'in -> last',
      'last -> out',
    ])
    const x = { id: 'x', from: { node: 'b', port: 'output' }, to: { node: 'last', port: 'input' }, order: 1 }
    const broken = { ...document, edges: { ...document.edges, x } }
    const occupied = find(broken, 'graph.port-occupied', irisData)
    expect(occupied).toMatchObject({ node: 'last', port: 'input', received: '2 connections' })
    expect(repaired(broken, occupied).edges.x).toBeUndefined()
  })
})

describe('parameters', () => {
  it.each([
    ['units', 0, 'an integer from 1 to 65536'],
    ['units', 2.5, 'an integer from 1 to 65536'],
    ['units', '8', 'an integer from 1 to 65536'],
    ['useBias', 'yes', 'true or false'],
    ['kernelL2', -1, 'a number at least 0 and at most 1000'],
  ])('refuses %s = %j with its range', (param, value, expected) => {
    const document = draw({ in: ['input'], last: ['dense', { [param]: value }], out: ['output'] }, [
      'in -> last',
      'last -> out',
    ])
    const problem = find(document, 'param.invalid', numericData)
    expect(problem).toMatchObject({ node: 'last', param, expected, received: JSON.stringify(value) })
    expect(codes(validateDocument(repaired(document, problem), { dataset: numericData }))).not.toContain(
      'param.invalid',
    )
  })

  it('suggests the name that was meant', () => {
    const document = draw({ in: ['input'], last: ['dense', { unit: 3 }], out: ['output'] }, [
      'in -> last',
      'last -> out',
    ])
    expect(find(document, 'param.unknown', irisData)).toMatchObject({ param: 'unit', fix: 'Did you mean "units"?' })
  })

  it('refuses columns and shapes that the data does not have', () => {
    const column = single(3, 'softmax', 'auto', { columns: ['petal_lenght'] })
    expect(find(column, 'input.unknown-column', irisData)).toMatchObject({
      node: 'in',
      fix: 'Did you mean "petal_length"?',
    })
    const shape = single(3, 'softmax', 'auto', { shape: [2, 3] })
    const problem = find(shape, 'input.shape', irisData)
    expect(problem).toMatchObject({ expected: '4 elements', received: '6 elements' })
    expect(validateDocument(repaired(shape, problem), { dataset: irisData })).toEqual([])
  })
})

describe('shapes', () => {
  it('shows both shapes where Add cannot add, and flattens when that may help', () => {
    const document = draw(
      {
        in: ['input', { shape: [2, 2] }],
        flat: ['flatten'],
        sum: ['add'],
        last: ['dense', { units: 3, activation: 'softmax' }],
        out: ['output'],
      },
      ['in -> flat', 'flat -> sum', 'in -> sum', 'sum -> last', 'last -> out'],
    )
    const mismatch = find(document, 'graph.shape-mismatch', irisData)
    expect(mismatch).toMatchObject({ node: 'sum', port: 'inputs', expected: 'N x 4', received: 'N x 2 x 2' })
    expect(validateDocument(repaired(document, mismatch), { dataset: irisData })).toEqual([])
  })

  it('puts Flatten before the Dense when an image reaches the loss', () => {
    const document = single(3, 'softmax', 'auto', { shape: [2, 2] })
    const problem = find(document, 'loss.shape', irisData)
    expect(problem).toMatchObject({ node: 'out', received: 'N x 2 x 3' })
    expect(validateDocument(repaired(document, problem), { dataset: irisData })).toEqual([])
  })
})

describe('last layer, loss and target', () => {
  it.each([
    ['10 units for 3 classes', single(10, 'softmax'), irisData, '3 units', '10 units'],
    ['1 sigmoid unit for 3 classes', single(1, 'sigmoid'), irisData, '3 units', '1 unit'],
    ['2 units for one number', single(2, 'linear'), numericData, '1 unit', '2 units'],
    ['3 units for 2 classes', single(3, 'sigmoid'), binaryData, '2 units', '3 units'],
  ])('refuses %s and sets it right', (_, document, dataset, expected, received) => {
    const problem = find(document, 'loss.shape', dataset)
    expect(problem).toMatchObject({ severity: 'error', node: 'out', expected, received })
    expect(validateDocument(repaired(document, problem), { dataset })).toEqual([])
  })

  it('refuses cross-entropy without probabilities and sets softmax', () => {
    const document = single(3, 'linear')
    const problem = find(document, 'objective.activation', irisData)
    expect(problem).toMatchObject({ severity: 'error', node: 'last', expected: 'softmax', received: 'linear' })
    expect(validateDocument(repaired(document, problem), { dataset: irisData })).toEqual([])
  })

  it.each([
    ['poisson', numericData, 1, 'linear', 'softplus'],
    ['mean_squared_logarithmic_error', numericData, 1, 'tanh', 'softplus'],
    ['kl_divergence', irisData, 3, 'linear', 'softmax'],
  ] as const)(
    'warns of values that %s is not defined for, and sets a fitting activation',
    (loss, data, units, wrong, right) => {
      const document = single(units, wrong, loss)
      const problem = find(document, 'objective.activation', data)
      expect(problem).toMatchObject({ severity: 'warning', node: 'last', received: wrong })
      expect(problem.fix).toContain(right)
      expect(validateDocument(repaired(document, problem), { dataset: data })).toEqual([])
    },
  )

  it('looks through dropout and reads the Activation layer', () => {
    const document = draw(
      {
        in: ['input'],
        a: ['dense', { units: 3 }],
        act: ['activation', { activation: 'tanh' }],
        drop: ['dropout'],
        out: ['output'],
      },
      ['in -> a', 'a -> act', 'act -> drop', 'drop -> out'],
    )
    const problem = find(document, 'objective.activation', irisData)
    expect(problem).toMatchObject({ node: 'act', received: 'tanh' })
    expect(validateDocument(repaired(document, problem), { dataset: irisData })).toEqual([])
  })

  it('refuses softmax over one unit', () => {
    const problem = find(single(1, 'softmax'), 'objective.softmax-of-one-unit', binaryData)
    expect(problem).toMatchObject({ severity: 'error', expected: 'sigmoid, or one unit a class' })
    expect(validateDocument(repaired(single(1, 'softmax'), problem), { dataset: binaryData })).toEqual([])
  })

  it('refuses a classification loss for numbers and lets the loss follow', () => {
    const document = single(1, 'linear', 'sparse_categorical_crossentropy')
    const problem = find(document, 'loss.shape', numericData)
    expect(problem).toMatchObject({ param: 'loss' })
    expect(validateDocument(repaired(document, problem), { dataset: numericData })).toEqual([])
  })

  it('warns of a bounded last layer for numbers', () => {
    const problem = find(single(1, 'relu'), 'objective.bounded-activation', numericData)
    expect(problem.severity).toBe('warning')
    expect(validateDocument(repaired(single(1, 'relu'), problem), { dataset: numericData })).toEqual([])
  })

  it('asks for a target when there are several, and names those there are', () => {
    const two = { ...irisData, targets: [...irisData.targets, { column: 'height', kind: 'numeric' as const }] }
    expect(find(single(3, 'softmax'), 'output.ambiguous-target', two)).toMatchObject({
      expected: 'one of species, height, or several that are predicted together',
    })
    expect(find(single(3, 'softmax'), 'output.no-target', { ...irisData, targets: [] })).toMatchObject({ node: 'out' })
    const wrong = draw({ in: ['input'], a: ['dense', { units: 3 }], out: ['output', { target: 'specie' }] }, [
      'in -> a',
      'a -> out',
    ])
    expect(find(wrong, 'output.unknown-target', two).fix).toBe('Did you mean "species"?')
  })
})

describe('advice', () => {
  it('says that nothing learns before a step, unless it is frozen', () => {
    const document = draw(
      {
        in: ['input'],
        a: ['dense', { activation: 'step' }],
        last: ['dense', { units: 3, activation: 'softmax' }],
        out: ['output'],
      },
      ['in -> a', 'a -> last', 'last -> out'],
    )
    expect(find(document, 'advice.step-gradient', irisData)).toMatchObject({ severity: 'warning', node: 'a' })
    const frozen = { ...document, nodes: { ...document.nodes, a: { ...document.nodes.a!, frozen: true } } }
    expect(validateDocument(frozen, { dataset: irisData })).toEqual([])
  })

  it('warns once of four sigmoid layers in a row', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const layers = Object.fromEntries(names.map((name) => [name, ['dense', { activation: 'sigmoid' }] as const]))
    const document = draw(
      { in: ['input'], ...layers, last: ['dense', { units: 3, activation: 'softmax' }], out: ['output'] },
      ['in -> a', 'a -> b', 'b -> c', 'c -> d', 'd -> e', 'e -> last', 'last -> out'],
    )
    expect(validateDocument(document, { dataset: irisData })).toMatchObject([
      { code: 'advice.vanishing-gradient', node: 'd' },
    ])
  })

  it('warns of dropout that lets nothing through, and of SELU without LeCun weights', () => {
    const document = draw(
      {
        in: ['input'],
        a: ['dense', { activation: 'selu' }],
        drop: ['dropout', { rate: 0.9 }],
        last: ['dense', { units: 3, activation: 'softmax' }],
        out: ['output'],
      },
      ['in -> a', 'a -> drop', 'drop -> last', 'last -> out'],
    )
    expect(validateDocument(document, { dataset: irisData })).toMatchObject([
      { code: 'advice.selu-initializer', severity: 'warning', node: 'a', param: 'kernelInitializer' },
      { code: 'advice.dropout-rate', severity: 'warning', node: 'drop', param: 'rate' },
    ])
  })
})

describe('any document that parses', () => {
  const wild: unknown[] = [
    0,
    -1,
    1e9,
    0.5,
    '',
    'relu',
    '__proto__',
    true,
    null,
    [],
    [-1, -1],
    [1e9, 1e9],
    ['x'],
    {},
    'species',
  ]

  it.each([1, 2, 3, 4])('is judged without an exception, and repairs apply (seed %i)', (seed) => {
    const random = new Random(seed, 77)
    const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)] as T
    const types = [...layers.map((layer) => layer.type), 'unknown', '__proto__', 'constructor']
    for (let round = 0; round < 150; round += 1) {
      const ids = Array.from({ length: 1 + random.integer(8) }, (_, index) => `n${index}`)
      const nodes = ids.map((id) => {
        const type = pick(types)
        const names = [...Object.keys(layers.find((layer) => layer.type === type)?.params ?? {}), 'toString']
        const params = Object.fromEntries(names.filter(() => random.integer(3) === 0).map((name) => [name, pick(wild)]))
        return [id, { id, type, name: pick([...ids, '1', 'a b']), params, position: { x: 0, y: 0 } }]
      })
      const edges = Array.from({ length: random.integer(12) }, (_, index) => {
        const from = { node: pick([...ids, 'gone']), port: pick(['output', 'output', 'x']) }
        const to = { node: pick(ids), port: pick(['input', 'input', 'inputs', 'x']) }
        return [`e${index}`, { id: `e${index}`, from, to, order: index }]
      })
      const json = { format: 1, nodes: Object.fromEntries(nodes), edges: Object.fromEntries(edges) }
      const document = parseDocument(JSON.stringify(json))
      for (const dataset of [undefined, irisData, numericData, { ...irisData, features: [], targets: [] }])
        for (const item of validateDocument(document, { dataset, plan: defaultPlan })) {
          expect(item.code).not.toMatch(/^internal/)
          if (item.repair) expect(() => parseDocument(JSON.stringify(applyPatch(document, item.repair!)))).not.toThrow()
        }
    }
  })

  it('is judged in well under a second at 5,000 layers', { retry: 2 }, () => {
    const names = Array.from({ length: 5000 }, (_, index) => `n${index}`)
    const position = { x: 0, y: 0 }
    const node = (id: string) => [id, { id, type: 'dense', name: id, params: { units: 4 }, position }]
    const edge = (id: string, index: number) => {
      const from = { node: index === 0 ? 'in' : names[index - 1], port: 'output' }
      return [id, { id, from, to: { node: id, port: 'input' }, order: 0 }]
    }
    const input = { id: 'in', type: 'input', name: 'in', params: { shape: [4] }, position }
    const nodes = { in: input, ...Object.fromEntries(names.map(node)) }
    const document = parseDocument({ format: 1, nodes, edges: Object.fromEntries(names.map(edge)) })
    const start = performance.now()
    expect(codes(validateDocument(document))).toEqual(['graph.no-output'])
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
