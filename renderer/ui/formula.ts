/** A piece of help text: plain, or part of a formula. */
export interface FormulaPart {
  text: string
  style: 'plain' | 'math' | 'sub' | 'sup'
}

const commands: Readonly<Record<string, string>> = {
  cdot: '·',
  times: '×',
  sum: 'Σ',
  prod: 'Π',
  sqrt: '√',
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  varepsilon: 'ε',
  eta: 'η',
  lambda: 'λ',
  mu: 'μ',
  sigma: 'σ',
  rho: 'ρ',
  theta: 'θ',
  phi: 'φ',
  Phi: 'Φ',
  partial: '∂',
  nabla: '∇',
  infty: '∞',
  le: '≤',
  ge: '≥',
  leq: '≤',
  geq: '≥',
  ne: '≠',
  approx: '≈',
  in: '∈',
  pm: '±',
  to: '→',
  leftarrow: '←',
  rightarrow: '→',
  ldots: '…',
  dots: '…',
  quad: '  ',
  odot: '⊙',
  top: 'ᵀ',
  lfloor: '⌊',
  rfloor: '⌋',
  lceil: '⌈',
  rceil: '⌉',
}

/** Reads `{...}` or one character or command at `at`; the text inside and where it ends. */
function group(source: string, at: number): { inner: string; end: number } {
  if (source[at] !== '{') {
    const command = /^\\[a-zA-Z]+/.exec(source.slice(at))?.[0]
    const inner = command ?? source[at] ?? ''
    return { inner, end: at + inner.length }
  }
  let depth = 0
  for (let index = at; index < source.length; index += 1) {
    if (source[index] === '{') depth += 1
    else if (source[index] === '}') {
      depth -= 1
      if (depth === 0) return { inner: source.slice(at + 1, index), end: index + 1 }
    }
  }
  return { inner: source.slice(at + 1), end: source.length }
}

function bracketed(text: string): string {
  return text.length > 1 && /[\s+\-·×/]/.test(text) ? `(${text})` : text
}

const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁱⁿᵀ'
const lowered = '₀₁₂₃₄₅₆₇₈₉₋₊ᵢₙ'
const bases = '0123456789−+inT'

/** Letters that are raised or lowered by themselves; with a sign where there are none. */
function shifted(text: string, style: 'sub' | 'sup'): string {
  const letters = [...(style === 'sup' ? raised : lowered)]
  const known = [...text].map((letter) => letters[bases.indexOf(letter)])
  return known.includes(undefined) ? `${style === 'sup' ? '^' : '_'}${bracketed(text)}` : known.join('')
}

/** A formula as text alone, where it stands inside another (under a root, in a fraction). */
function plainText(source: string): string {
  return parseMath(source)
    .map((part) => (part.style === 'sub' || part.style === 'sup' ? shifted(part.text, part.style) : part.text))
    .join('')
}

function parseMath(source: string, style: FormulaPart['style'] = 'math'): FormulaPart[] {
  const parts: FormulaPart[] = []
  const add = (text: string, as: FormulaPart['style'] = style) => {
    const last = parts.at(-1)
    if (last && last.style === as) last.text += text
    else if (text !== '') parts.push({ text, style: as })
  }
  let at = 0
  while (at < source.length) {
    const character = source[at] as string
    const command = character === '\\' ? /^\\([a-zA-Z]+|.)/.exec(source.slice(at)) : null
    if (command) {
      const name = command[1] as string
      at += command[0].length
      if (name === 'frac') {
        const top = group(source, at)
        const bottom = group(source, top.end)
        add(`${bracketed(plainText(top.inner))} / ${bracketed(plainText(bottom.inner))}`)
        at = bottom.end
      } else if (name === 'sqrt') {
        const under = group(source, at)
        add(`√${bracketed(plainText(under.inner))}`)
        at = under.end
      } else if (['hat', 'bar', 'tilde'].includes(name)) {
        const over = group(source, at)
        add(plainText(over.inner) + { hat: '\u0302', bar: '\u0304', tilde: '\u0303' }[name as 'hat'])
        at = over.end
      } else if (['text', 'mathrm', 'operatorname', 'mathbf'].includes(name)) {
        const inner = group(source, at)
        add(inner.inner)
        at = inner.end
      } else if (name !== 'left' && name !== 'right') add(commands[name] ?? (/^[,;!]$/.test(name) ? ' ' : name))
    } else if (character === '_' || character === '^') {
      const inner = group(source, at + 1)
      add(plainText(inner.inner), character === '_' ? 'sub' : 'sup')
      at = inner.end
    } else {
      if (character !== '{' && character !== '}') add(character === '-' ? '−' : character)
      at += 1
    }
  }
  return parts
}

/**
 * Help text in parts: what stands between `$` is a formula in the small subset of TeX that declarations use, as readable text with
 * subscripts and superscripts. An unpaired `$` is plain text.
 */
export function parseFormula(text: string): FormulaPart[] {
  const pieces = text.split('$')
  if (pieces.length % 2 === 0) return [{ text, style: 'plain' }]
  return pieces.flatMap((piece, index) =>
    piece === '' ? [] : index % 2 === 0 ? [{ text: piece, style: 'plain' as const }] : parseMath(piece),
  )
}
