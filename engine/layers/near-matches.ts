/** Edit distance (Levenshtein) between two short texts. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[column] as number) + 1, (current[column - 1] as number) + 1))
    }
    previous = current
  }
  return previous[b.length] as number
}

/** The candidates nearest to `text`, at most `limit`; none when all are far away. Case is ignored. */
export function nearMatches(text: string, candidates: readonly string[], limit = 3): string[] {
  const wanted = text.slice(0, 80).toLowerCase()
  const scored = candidates.map((candidate) => {
    const lower = candidate.toLowerCase()
    const contains = wanted.length > 2 && (lower.includes(wanted) || wanted.includes(lower))
    return { candidate, score: contains ? 1 : distance(wanted, lower.slice(0, 80)) }
  })
  const far = Math.max(2, Math.floor(wanted.length / 3))
  const best = Math.min(...scored.map((entry) => entry.score))
  if (best > far) return []
  return scored
    .filter((entry) => entry.score === best)
    .map((entry) => entry.candidate)
    .slice(0, limit)
}

/** `Did you mean a, b?` or a list of what there is; for the `fix` of an error. */
export function suggestion(text: string, candidates: readonly string[]): string {
  const near = nearMatches(text, candidates)
  if (near.length > 0) return `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
  if (candidates.length === 0) return 'There is nothing to choose from.'
  const listed = candidates.slice(0, 12).map((name) => `"${name}"`)
  return `Choose one of ${listed.join(', ')}${candidates.length > 12 ? ', ...' : ''}.`
}
