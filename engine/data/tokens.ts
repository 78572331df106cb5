import type { TokenSettings } from './dataset.ts'

/** Ids that stand for no token: padding, and whatever the vocabulary lacks (Keras' TextVectorization). */
export const PADDING = 0
export const UNKNOWN = 1
/** The id of the first token of a vocabulary. */
export const FIRST_TOKEN = 2

/** What Keras' `lower_and_strip_punctuation` removes. */
const punctuation = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~']/g

/** The tokens of a text: words between white space, or characters (code points). */
export function tokenize(text: string, { level, standardize }: Pick<TokenSettings, 'level' | 'standardize'>): string[] {
  const plain = standardize ? text.toLowerCase() : text
  if (level === 'character') return Array.from(plain)
  const words = standardize ? plain.replace(punctuation, '') : plain
  return words.split(/\s+/).filter((word) => word !== '')
}

/** How often each token occurs in the texts, the most frequent first; ties as Keras orders them, the later in the alphabet first. */
export function countTokens(
  texts: Iterable<string | null>,
  settings: Pick<TokenSettings, 'level' | 'standardize'>,
): { label: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const text of texts) {
    if (text === null) continue
    for (const token of tokenize(text, settings)) counts.set(token, (counts.get(token) ?? 0) + 1)
  }
  return [...counts]
    .map(([label, count]) => ({ label, count }))
    .sort((a, b) => b.count - a.count || (a.label < b.label ? 1 : -1))
}

/** The tokens that get an id of their own: the most frequent ones, as many as fit. */
export function fitVocabulary(texts: Iterable<string | null>, settings: TokenSettings): string[] {
  return countTokens(texts, settings)
    .slice(0, Math.max(0, settings.vocabulary - FIRST_TOKEN))
    .map(({ label }) => label)
}

/** Writes the ids of a text at `offset`, `settings.length` of them: cut off or padded at the end. */
export function writeTokens(
  text: string,
  settings: TokenSettings,
  ids: ReadonlyMap<string, number>,
  out: Float32Array,
  offset: number,
): void {
  const tokens = tokenize(text, settings)
  for (let place = 0; place < settings.length; place += 1) {
    const token = tokens[place]
    out[offset + place] = token === undefined ? PADDING : (ids.get(token) ?? UNKNOWN)
  }
}

/** The id of each token of a vocabulary. */
export function tokenIds(vocabulary: readonly string[]): Map<string, number> {
  return new Map(vocabulary.map((token, index) => [token, index + FIRST_TOKEN]))
}

/** Vocabularies that are suggested stay below this. */
const MOST_WORDS = 20000

/**
 * Settings that suit the texts: words where a text has several of them, else characters; as many ids as there are tokens; and the
 * length that 95 of 100 texts do not exceed (the longest where it is no more than twice that).
 */
export function suggestTokens(texts: readonly (string | null)[]): TokenSettings {
  const present = texts.filter((text) => text !== null)
  const spaced = present.filter((text) => /\S\s+\S/.test(text)).length
  const level = spaced * 2 >= present.length ? 'word' : 'character'
  const shape = { level, standardize: level === 'word' } as const
  const lengths = present.map((text) => tokenize(text, shape).length).sort((a, b) => a - b)
  const longest = lengths.at(-1) ?? 1
  const usual = lengths[Math.min(lengths.length - 1, Math.ceil(lengths.length * 0.95) - 1)] ?? 1
  const distinct = countTokens(present, shape).length
  return {
    ...shape,
    vocabulary: Math.min(MOST_WORDS, distinct + FIRST_TOKEN),
    length: Math.max(1, longest <= 2 * usual ? longest : usual),
  }
}
