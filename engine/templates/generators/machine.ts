import type { DataGenerator } from '../template.ts'

/** Six readings of a machine and three faults, of which none, one or several are there. */
export const machineFaults: DataGenerator = {
  name: 'machine-faults',
  rows: 1200,
  columns: 9,
  make(random) {
    const names = ['temperature', 'current', 'vibration', 'noise', 'pressure', 'flow'] as const
    const readings = Object.fromEntries(names.map((name) => [name, new Float64Array(this.rows)]))
    const faults: Record<'overheated' | 'unbalanced' | 'leaking', string[]> = {
      overheated: [],
      unbalanced: [],
      leaking: [],
    }
    for (let row = 0; row < this.rows; row += 1) {
      const [hot, shaking, open] = [random.uniform() < 0.35, random.uniform() < 0.3, random.uniform() < 0.25]
      faults.overheated.push(hot ? 'yes' : 'no')
      faults.unbalanced.push(shaking ? 'yes' : 'no')
      faults.leaking.push(open ? 'yes' : 'no')
      const load = random.normal()
      const set = (name: (typeof names)[number], value: number) => {
        readings[name]![row] = Number(value.toFixed(3))
      }
      set('temperature', 60 + 4 * load + (hot ? 14 : 0) + 3 * random.normal())
      set('current', 10 + 1.5 * load + (hot ? 1.5 : 0) + (shaking ? 1 : 0) + 0.5 * random.normal())
      set('vibration', 1 + 0.15 * load + (shaking ? 1.2 : 0) + 0.3 * random.normal())
      set('noise', 70 + 1.5 * load + (shaking ? 4 : 0) + (open ? 3 : 0) + 1.5 * random.normal())
      set('pressure', 5 + 0.4 * load - (open ? 1.2 : 0) + 0.3 * random.normal())
      set('flow', 20 + 1.6 * load + (open ? 1.5 : 0) + 0.8 * random.normal())
    }
    return [
      ...names.map((name) => ({ name, values: readings[name]! })),
      ...Object.entries(faults).map(([name, values]) => ({ name, values })),
    ]
  },
}
