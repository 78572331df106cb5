import { Command } from 'commander'
import { assignment, integer, integers, oneOf } from './options.ts'
import type { CommandContext } from './session.ts'

/** Runs a command; its module is loaded only now, so that the others cost nothing. */
type Action = (context: CommandContext, args: readonly string[], options: never) => Promise<unknown>
type Load = () => Promise<{ run: Action }>

const threads = integer('--threads', 0, 256)
const seed = integer('--seed', 0, Number.MAX_SAFE_INTEGER)

/** All commands with their arguments and options. `contextOf` is asked once the options are known. */
export function buildProgram(contextOf: (options: { json?: boolean; userData?: string }) => CommandContext): Command {
  const program = new Command('lamina')
    .description('The studio for neural networks without its window.')
    .usage('<command> [options]')
    .helpCommand('help [command]', 'show the help of a command')
    .option('-V, --version', 'show the version')

  const command = (usage: string, description: string, load: Load): Command =>
    program
      .command(usage)
      .description(description)
      .option('--json', 'print newline-delimited JSON events; the last one is done or error')
      .option('--user-data <folder>', 'folder of settings and recent projects (or LAMINA_USER_DATA)')
      .action(async (...given: unknown[]) => {
        const self = given.pop() as Command
        const options = given.pop() as never
        const { run } = await load()
        await run(contextOf(options), self.args, options)
      })
  const model = (made: Command) => made.option('--model <name>', 'name of the model (default: the first)')
  const set = (made: Command) =>
    made.option('--set <path=value>', 'override a setting: training.epochs=50, dense_1.units=32, data.scaling=none', assignment) // biome-ignore format: one option a line reads better

  command('templates', 'list the templates that come with Lamina', () => import('./commands/templates.ts'))
  command('new <template> <project>', 'create a project from a template', () => import('./commands/new.ts')).option(
    '--data <file>',
    'a data file in place of the template’s own',
  )
  set(model(command('summary <project>', 'layers, shapes, parameters, FLOPs, memory', () => import('./commands/summary.ts')))) // biome-ignore format: as above
  set(model(command('train <project>', 'train a model', () => import('./commands/train.ts'))))
    .option('--epochs <n>', 'passes over the training rows', integer('--epochs', 1, 1e9))
    .option('--batch-size <n>', 'samples a step', integer('--batch-size', 1, 1e9))
    .option('--seed <n>', 'seed of initialisation, shuffling and dropout', seed)
    .option('--threads <n>', 'threads; 0 = all cores; results do not depend on it', threads)
    .option('--name <text>', 'name of the run')
    .option('--from <run>', 'start from the weights of a run: its id, its number, latest, or model:<name>')
    .option('--from-project <file>', 'project that the run is in (default: this one)')
    .option('--resume <run>', 'go on from the last checkpoint of a run: its id, its number, or latest')
  set(model(command('evaluate <project>', 'evaluate a run, or a model by cross-validation', () => import('./commands/evaluate.ts')))) // biome-ignore format: as above
    .option('--run <id>', 'run to evaluate: its id, its number, or latest (the default)')
    .option('--split <part>', 'part of the run’s split', oneOf('--split', ['train', 'validation', 'test']))
    .option('--kfold <k>', 'k-fold cross-validation of the model instead', integer('--kfold', 2, 1000))
    .option('--repeats <n>', 'repeat it with other folds', integer('--repeats', 1, 100))
    .option('--stratified', 'keep class proportions in each fold (the default for classes)')
    .option('--no-stratified', 'do not')
    .option('--group <column>', 'keep rows of one group in one fold')
    .option('--time', 'train on the past, test on the future (time-series split)')
    .option('--seed <n>', 'seed of folds and training', seed)
    .option('--shuffle-labels', 'sanity check: shuffle the targets; the result must be chance')
  command('predict <project>', 'predict the rows of a file', () => import('./commands/predict.ts'))
    .option('--run <id>', 'run to predict with (default: latest)')
    .option('--input <file>', 'file with the feature columns')
    .option('--split <part>', 'a part of the project’s own data instead', oneOf('--split', ['train', 'validation', 'test'])) // biome-ignore format: as above
    .option('--output <file>', 'CSV file to write')
  model(command('sweep <project>', 'try settings and rank them', () => import('./commands/sweep.ts')))
    .requiredOption('--space <file>', 'JSON file: path to list of values, or to { "min", "max", "scale", "steps" }')
    .option('--strategy <name>', 'grid or random', oneOf('--strategy', ['grid', 'random']))
    .option('--trials <n>', 'trials at most', integer('--trials', 1, 100_000))
    .option('--kfold <k>', 'cross-validate each trial', integer('--kfold', 2, 100))
    .option('--parallel <n>', 'trials at once; 0 = one a core', integer('--parallel', 0, 256))
    .option('--seed <n>', 'seed of a random search', seed)
    .option('--objective <metric>', 'metric to rank by')
    .option('--apply', 'write the best values into the model')
  command('runs <project>', 'list runs', () => import('./commands/runs.ts')).option(
    '--compare <ids>',
    'compare runs (ids or numbers, separated by commas)',
  )
  command('transfer <project>', 'make a model that goes on from a trained one', () => import('./commands/transfer.ts'))
    .option('--run <id>', 'run to start from: its id, its number, latest (the default), or model:<name>')
    .option('--from-project <file>', 'project that the run is in (default: this one)')
    .option('--name <text>', 'name of the new model')
    .option('--data <name>', 'data set of the new model')
    .option('--keep-head', 'keep the head instead of replacing it')
  command('export <project>', 'export a trained model', () => import('./commands/export.ts'))
    .option('--run <id>', 'run to export (default: latest)')
    .requiredOption('--format <name>', 'format, such as onnx')
    .requiredOption('--out <path>', 'file to write')
  set(model(command('check <project>', 'diagnose graph, data and split', () => import('./commands/check.ts'))))
  command('serve [project]', 'serve the studio to a browser on this machine', () => import('./commands/serve.ts'))
    .option('--port <n>', 'port; a free one by default', integer('--port', 0, 65535))
    .option('--open', 'open the browser')
  model(command('bench [subjects...]', 'time training steps of W1 to W6, of templates and of projects', () => import('./commands/bench.ts'))) // biome-ignore format: as above
    .option('--threads <n,n>', 'threads, or several numbers of them (default: all cores)', integers('--threads', 0, 64))
    .option('--seconds <n>', 'seconds to measure each', integer('--seconds', 1, 600))
    .option('--rounds <n>', 'turns of each program in a comparison', integer('--rounds', 1, 99))
    .option('--compare [peers]', 'with other libraries, in turn: pytorch, keras, scikit-learn, tensorflow.js (default: all there are)') // biome-ignore format: as above
    .option('--profile', 'where the time of a step goes: by layer and by op')
  return program
}
