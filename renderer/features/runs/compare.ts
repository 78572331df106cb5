/** One line of a comparison: a setting and its value in each run. */
export interface ComparedSetting {
  path: string
  values: string[]
  differs: boolean
}

/** Flattens nested settings into `path -> text`. */
export function flatten(value: unknown, path = ''): Map<string, string> {
  const result = new Map<string, string>()
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, child] of Object.entries(value))
      for (const [childPath, text] of flatten(child, path ? `${path}.${key}` : key)) result.set(childPath, text)
  } else if (value !== undefined) result.set(path, typeof value === 'string' ? value : JSON.stringify(value))
  return result
}

/** Settings of several runs side by side, the differing ones first. A setting that a run lacks shows as a dash. */
export function compareSettings(settings: readonly unknown[]): ComparedSetting[] {
  const flat = settings.map((each) => flatten(each))
  const paths = [...new Set(flat.flatMap((each) => [...each.keys()]))]
  const rows = paths.map((path) => {
    const values = flat.map((each) => each.get(path) ?? '—')
    return { path, values, differs: new Set(values).size > 1 }
  })
  return rows.sort((a, b) => Number(b.differs) - Number(a.differs) || a.path.localeCompare(b.path))
}

/** The settings of a run that matter in a comparison: the plan, and each layer's parameters by its name. */
export function comparableSettings(snapshot: {
  plan: object
  document: { nodes: Readonly<Record<string, { name: string; type: string; params: object }>> }
  overrides?: object
}): Record<string, unknown> {
  const layers = Object.fromEntries(
    Object.values(snapshot.document.nodes).map((node) => [node.name, { type: node.type, ...node.params }]),
  )
  return { training: snapshot.plan, ...layers }
}
