// `npm test`: every test there is, on this machine, and one closing line `N passed, N failed[, N skipped]`.
// Parts may be named: `npm test -- unit slow browser desktop`. What cannot run here is skipped with its reason, and counted.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuilt } from './bundle.mjs'
import { findBrowser, findElectron, hasDisplay, onPath } from './runtimes.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const results = join(root, 'test-results', 'summary')
const parts = ['unit', 'slow', 'browser', 'desktop']
const asked = process.argv.slice(2)
const unknown = asked.filter((part) => !parts.includes(part))
if (unknown.length > 0) {
  console.error(`Unknown part ${unknown.join(', ')}. Expected some of: ${parts.join(', ')}.`)
  process.exit(2)
}
const chosen = asked.length > 0 ? asked : parts
const total = { passed: 0, failed: 0, skipped: 0 }
const notes = []

function node(args, environment = {}, wrapper = []) {
  const [command, ...rest] = [...wrapper, process.execPath, ...args]
  return spawnSync(command, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } }).status
}

function heading(text) {
  console.log(`\n== ${text}`)
}

function skip(part, count, reason) {
  total.skipped += count
  notes.push(`skipped: ${part} (${count} tests): ${reason}`)
  console.log(`Skipped ${part}: ${reason}`)
}

/** Adds up what a runner wrote; a runner that wrote nothing, or ended badly without a failed test, counts as one failure. */
function count(part, file, status, read) {
  const found = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0, skipped: 0 }
  if (status !== 0 && found.failed === 0) {
    found.failed = 1
    notes.push(`failed: ${part} ended with status ${status} although no test failed`)
  }
  for (const key of Object.keys(total)) total[key] += found[key]
}

function vitest(part, config) {
  heading(part)
  const file = join(results, `${config}.json`)
  const runner = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const status = node([
    runner,
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ])
  count(part, file, status, (report) => ({
    passed: report.numPassedTests,
    // A file that cannot be loaded holds no tests; it is a failure all the same.
    failed:
      report.numFailedTests +
      report.testResults.filter((one) => one.status === 'failed' && one.assertionResults.length === 0).length,
    skipped: report.numPendingTests + report.numTodoTests,
  }))
}

function playwright(part, project, environment, wrapper) {
  heading(part)
  const file = join(results, `${project}.json`)
  const runner = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const status = node(
    [runner, 'test', `--project=${project}`],
    { ...environment, PLAYWRIGHT_JSON_OUTPUT_NAME: file },
    wrapper,
  )
  count(part, file, status, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }))
}

/** How many tests a Playwright project holds. */
function planned(project) {
  const runner = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const listed = spawnSync(process.execPath, [runner, 'test', `--project=${project}`, '--list', '--reporter=line'], {
    cwd: root,
    encoding: 'utf8',
  })
  return Number(/Total: (\d+) test/.exec(listed.stdout ?? '')?.[1] ?? 1)
}

/** Debian's browser, where we may install it. */
function installBrowser() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !onPath('apt-get')) return
  console.log('Installing Chromium (apt-get install chromium) ...')
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], quiet)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], quiet)
}

async function browserPart() {
  if (!(await findBrowser())) installBrowser()
  const browser = await findBrowser()
  if (browser) playwright('end to end in the browser', 'browser', { LAMINA_BROWSER: browser }, [])
  else
    skip(
      'end to end in the browser',
      planned('browser'),
      'no Chromium, Chrome or Edge was found. Install one, or name it in LAMINA_BROWSER.',
    )
}

function desktopPart() {
  const electron = findElectron()
  const wrapper = hasDisplay() ? [] : onPath('xvfb-run') ? ['xvfb-run', '-a'] : undefined
  const part = 'end to end in Electron'
  if (!electron)
    skip(
      part,
      planned('desktop'),
      'no Electron runtime is here. `npx install-electron` fetches one; ELECTRON_EXEC_PATH names one.',
    )
  else if (!wrapper) skip(part, planned('desktop'), 'there is no display, and no xvfb-run to stand in for it.')
  else playwright(part, 'desktop', { ELECTRON_EXEC_PATH: electron }, wrapper)
}

rmSync(results, { recursive: true, force: true })
mkdirSync(results, { recursive: true })
const native = node([join(root, 'scripts', 'build-native.mjs'), '--if-missing'])
if (native !== 0) {
  total.failed += 1
  notes.push('failed: the native addon does not compile')
}
if (chosen.includes('unit')) vitest('unit, conformance and integration tests', 'vitest.config.ts')
if (chosen.includes('slow')) vitest('tests on real data', 'vitest.slow.config.ts')
if (chosen.includes('browser') || chosen.includes('desktop')) {
  heading('build')
  if (ensureBuilt()) {
    if (chosen.includes('browser')) await browserPart()
    if (chosen.includes('desktop')) desktopPart()
  } else {
    total.failed += 1
    notes.push('failed: the build; the end-to-end tests did not run')
  }
}

console.log('')
for (const note of notes) console.log(note)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = total.failed > 0 ? 1 : 0
