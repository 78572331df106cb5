/** A layer of the program: files, and what they may import. */
export interface Zone {
  name: string
  pattern: RegExp
  /** Runs in the window, in the engine and in tests alike: no Node, no DOM, no Electron. */
  pure?: true
  /** Packages a pure layer may use. */
  packages?: readonly string[]
  /** Layers it may import; `*` stands for all. */
  imports: readonly string[]
  /** Layers of which it may import types only (they vanish when the program runs). */
  types?: readonly string[]
  /** What to do instead. */
  advice: string
}

/** Everything that describes a model and how it is trained: pure, and seen by the window. */
const model = [
  'base',
  'parameters',
  'losses',
  'ops',
  'graph',
  'graph analysis',
  'graph validation',
  'layers',
  'compile',
  'training declarations',
]

/** What a model runs on: data, storage, the native executor. */
const machine = ['program format', 'data description', 'data', 'store', 'native']

/** First match wins. Direction: base <- ops, graph <- layers <- compile <- native <- training <- evaluation, tuning <- rpc <- cli, electron. */
export const zones: readonly Zone[] = [
  {
    name: 'base',
    pattern: /^engine\/base\//,
    pure: true,
    packages: ['valibot'],
    imports: [],
    advice: 'base is what everything rests on; move what it needs into base, or the caller out of it.',
  },
  {
    name: 'program format',
    pattern: /^engine\/native\/program\.ts$/,
    pure: true,
    imports: ['base'],
    advice: 'The format is data: it knows neither who writes nor who runs it.',
  },
  {
    name: 'ops',
    pattern: /^engine\/ops\//,
    pure: true,
    imports: ['base'],
    types: ['compile', 'program format'],
    advice: 'An op knows shapes and its gradient, nothing of layers or documents.',
  },
  {
    name: 'graph',
    pattern: /^engine\/graph\/(?:document|patch|diagnostic|topology|parse|migrate)\.ts$/,
    pure: true,
    packages: ['valibot'],
    imports: ['base'],
    advice:
      'A document knows no layers: names and parameters are text and JSON to it. Put what reads declarations beside infer.ts.',
  },
  {
    name: 'graph validation',
    pattern: /^engine\/graph\/(?:validate|advice)[\w-]*\.ts$/,
    pure: true,
    imports: ['parameters', 'base', 'graph', 'graph analysis', 'layers', 'losses', 'training declarations'],
    types: ['compile'],
    advice: 'Validation reads the document, its declarations and the plan; it does not compile or train.',
  },
  {
    name: 'graph analysis',
    pattern: /^engine\/graph\//,
    pure: true,
    packages: ['valibot'],
    imports: ['parameters', 'base', 'graph', 'layers', 'losses'],
    types: ['compile'],
    advice: 'Inference and edits read documents by way of the layer declarations, and nothing above them.',
  },
  {
    name: 'parameters',
    pattern: /^engine\/layers\/(?:params|read-params|param-check|near-matches)\.ts$/,
    pure: true,
    imports: ['base'],
    types: ['layers'],
    advice: 'Declared parameters are shared by layers, losses, optimisers and plans, and know none of them.',
  },
  {
    name: 'losses',
    pattern: /^engine\/training\/(?:losses|metrics)\//,
    pure: true,
    imports: ['parameters', 'base', 'ops'],
    types: ['graph', 'layers', 'compile'],
    advice:
      'Losses and metrics are declarations: shapes they take and the ops they lower to. The Output layer offers all of them by name.',
  },
  {
    name: 'layers',
    pattern: /^engine\/layers\//,
    pure: true,
    imports: ['parameters', 'base', 'ops', 'graph', 'losses'],
    types: ['compile'],
    advice: 'A layer lowers through the builder it is handed; it knows neither passes nor training.',
  },
  {
    name: 'compile',
    pattern: /^engine\/compile\//,
    pure: true,
    imports: [
      'parameters',
      'graph validation',
      'losses',
      'graph analysis',
      'base',
      'ops',
      'graph',
      'layers',
      'program format',
    ],
    advice: 'The compiler takes losses, metrics and optimisers as declarations; it never looks them up in training.',
  },
  {
    name: 'data description',
    pattern: /^engine\/data\/dataset\.ts$/,
    pure: true,
    imports: ['base'],
    advice: 'The description of a table is plain data that the window reads as well.',
  },
  {
    name: 'training declarations',
    pattern:
      /^engine\/training\/(?:plan|override|metrics|optimizers|schedules|objective|loss|resolve|registry)[\w-]*(?:\/|\.ts$)/,
    pure: true,
    imports: ['parameters', 'losses', 'graph analysis', 'base', 'ops', 'graph', 'layers', 'compile'],
    types: ['data description'],
    advice:
      'Plans, losses, metrics, optimisers and schedules are declarations that the window shows; what runs them is the trainer.',
  },
  {
    name: 'templates',
    pattern: /^engine\/templates\//,
    pure: true,
    imports: [
      'parameters',
      'graph validation',
      'losses',
      'graph analysis',
      'base',
      'graph',
      'layers',
      'training declarations',
    ],
    types: ['data description'],
    advice: 'A template is a document, a plan and settings.',
  },
  {
    name: 'data',
    pattern: /^engine\/data\//,
    imports: ['base', 'data description'],
    advice: 'Data knows tables, not networks; hand it what it needs as plain values.',
  },
  {
    name: 'store',
    pattern: /^engine\/store\//,
    imports: ['base'],
    advice: 'The store keeps JSON and bytes; whoever calls it knows what they mean.',
  },
  {
    name: 'native',
    pattern: /^engine\/native\//,
    imports: ['base', 'program format'],
    types: ['compile'],
    advice: 'The native executor knows programs, not graphs.',
  },
  {
    name: 'training',
    pattern: /^engine\/training\//,
    imports: [...model, ...machine],
    advice: 'Training is used by evaluation, tuning and the RPC handlers, and knows none of them.',
  },
  {
    name: 'evaluation',
    pattern: /^engine\/evaluation\//,
    imports: [...model, ...machine, 'training'],
    advice: 'Evaluation measures what training made; tuning and the handlers call it.',
  },
  {
    name: 'tuning',
    pattern: /^engine\/tuning\//,
    imports: [...model, ...machine, 'training', 'evaluation'],
    advice: 'Tuning runs trials of training and evaluation; the handlers call it.',
  },
  {
    name: 'export',
    pattern: /^engine\/(?:export|import)\//,
    imports: [...model, ...machine, 'training', 'evaluation'],
    advice: 'An exporter reads a finished run.',
  },
  {
    name: 'rpc contract',
    pattern: /^engine\/rpc\/contract\//,
    pure: true,
    packages: ['valibot'],
    imports: [
      'parameters',
      'graph validation',
      'losses',
      'graph analysis',
      'base',
      'graph',
      'layers',
      'compile',
      'training declarations',
    ],
    types: ['data description', 'program format', 'templates'],
    advice: 'The contract holds schemas and types; the work is done in handlers.',
  },
  {
    name: 'rpc client',
    pattern:
      /^engine\/rpc\/(?:(?:client|protocol|framing|transport)\.ts|transports\/(?:memory|message-port|web-socket)\.ts)$/,
    pure: true,
    packages: ['valibot'],
    imports: ['base', 'rpc contract'],
    advice: 'The client runs in the window: it knows the contract and a message channel.',
  },
  {
    name: 'rpc socket',
    pattern: /^engine\/rpc\/transports\//,
    imports: ['base', 'rpc contract', 'rpc client'],
    advice: 'A transport carries messages and knows nothing of what they mean.',
  },
  {
    name: 'engine',
    pattern: /^engine\/(?:rpc\/|bench\/|[\w-]+\.ts$)/,
    imports: [
      ...model,
      ...machine,
      'rpc socket',
      'templates',
      'training',
      'evaluation',
      'tuning',
      'export',
      'rpc contract',
      'rpc client',
    ],
    advice:
      'Handlers and the composition root use every part of the engine, and know neither the command line nor Electron.',
  },
  {
    name: 'cli',
    pattern: /^engine\/cli\//,
    imports: [
      'parameters',
      'graph validation',
      'losses',
      'graph analysis',
      'base',
      'rpc contract',
      'rpc client',
      'engine',
      'graph',
      'layers',
      'compile',
      'training declarations',
      'templates',
    ],
    types: ['data description', 'program format'],
    advice: 'The command line is a client of the engine: add a method to the contract and call it.',
  },
  {
    name: 'electron engine host',
    pattern: /^electron\/engine-host\.ts$/,
    imports: ['base', 'engine', 'rpc contract', 'rpc client', 'electron'],
    advice: 'The host starts the engine and joins it to its ports.',
  },
  {
    name: 'electron',
    pattern: /^electron\//,
    imports: ['base', 'rpc contract', 'rpc client', 'rpc socket'],
    advice: 'The main process owns windows, menus and dialogs and holds no machine learning; ask the engine.',
  },
  {
    name: 'renderer',
    pattern: /^renderer\//,
    imports: [...model, 'templates', 'rpc contract', 'rpc client'],
    types: ['data description', 'program format', 'electron'],
    advice: 'The window sees the pure layers and the RPC client only; everything else is asked of the engine.',
  },
]

/** The layer of a file, by its path from the root. */
export function zoneOf(path: string): Zone | undefined {
  return zones.find((zone) => zone.pattern.test(path))
}
