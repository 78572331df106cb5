import type { Random } from '../../base/rng.ts'
import type { DataGenerator } from '../template.ts'

const animals = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'goat', 'hen', 'ibex', 'jay']
const adjectives = ['small', 'old', 'quick', 'grey', 'brave', 'shy']
const verbs = ['chases', 'follows', 'watches', 'meets']
const endings = ['today', 'at noon', 'in the field', 'near the river', 'again']

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)]!
}

/**
 * Sentences in which one animal acts on another. The class says whether the one that acts comes earlier in the alphabet: `the shy cat
 * chases the old dog` is `up`, `the old dog chases the shy cat` is `down`. Every sentence occurs with the animals in either order, so both
 * classes hold exactly the same words: whatever counts words, a linear model of them included, cannot do better than one half.
 */
export const wordOrder: DataGenerator = {
  name: 'word-order',
  rows: 3000,
  columns: 2,
  make(random) {
    const texts: string[] = []
    const labels: string[] = []
    for (let pair = 0; pair < this.rows / 2; pair += 1) {
      const first = random.integer(animals.length)
      const other = (first + 1 + random.integer(animals.length - 1)) % animals.length
      const [a, b] = [`the ${pick(random, adjectives)}`, `the ${pick(random, adjectives)}`]
      const [verb, ending] = [pick(random, verbs), random.integer(2) ? ` ${pick(random, endings)}` : '']
      for (const [subject, object] of [
        [first, other],
        [other, first],
      ] as const) {
        texts.push(`${a} ${animals[subject]} ${verb} ${b} ${animals[object]}${ending}`)
        labels.push(subject < object ? 'up' : 'down')
      }
    }
    return [
      { name: 'text', values: texts },
      { name: 'order', values: labels },
    ]
  },
}

const good = ['splendid', 'warm', 'lovely', 'honest', 'fresh', 'bright', 'tasty', 'friendly']
const bad = ['dull', 'cold', 'bland', 'noisy', 'stale', 'dirty', 'slow', 'rude']
const things = ['the soup', 'the room', 'the waiter', 'our table', 'the bread', 'the music', 'the view', 'the tea']

/** Short reviews with more praise than blame or the other way round: words suffice, their order tells nothing. */
export const reviews: DataGenerator = {
  name: 'reviews',
  rows: 1500,
  columns: 2,
  make(random) {
    const texts: string[] = []
    const labels: string[] = []
    for (let row = 0; row < this.rows; row += 1) {
      const liked = random.integer(2) === 1
      const clauses = 3 + 2 * random.integer(2)
      const praised = Math.ceil(clauses / 2) + random.integer(Math.floor(clauses / 2) + 1)
      const kinds = Array.from({ length: clauses }, (_, k) => (k < praised ? 1 : 0))
      random.shuffle(kinds)
      texts.push(
        kinds
          .map((kind) => `${pick(random, things)} was ${pick(random, (kind === 1) === liked ? good : bad)}`)
          .join(', '),
      )
      labels.push(liked ? 'liked' : 'disliked')
    }
    return [
      { name: 'text', values: texts },
      { name: 'verdict', values: labels },
    ]
  },
}

/** A price from a picture (a bright frame is worth more), two numbers and a short comment: no part tells it alone. */
export const offers: DataGenerator = {
  name: 'offers',
  rows: 1200,
  columns: 5,
  make(random) {
    const pixels = new Uint8Array(this.rows * 64)
    const [areas, ages, prices] = [0, 1, 2].map(() => new Float64Array(this.rows)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const notes: string[] = []
    for (let row = 0; row < this.rows; row += 1) {
      const bright = random.uniform()
      for (let k = 0; k < 64; k += 1) pixels[row * 64 + k] = Math.min(255, 200 * bright + random.integer(55))
      areas[row] = 20 + 130 * random.uniform()
      ages[row] = random.integer(80)
      const words = Array.from({ length: 4 }, () => pick(random, random.integer(2) ? good : bad))
      notes.push(words.join(' '))
      const praise = words.filter((word) => good.includes(word)).length - 2
      prices[row] = areas[row]! * (2 + bright + 0.3 * praise) - ages[row]! + 5 * random.normal()
    }
    return [
      { name: 'picture', values: pixels, shape: [8, 8, 1] },
      { name: 'area', values: areas },
      { name: 'age', values: ages },
      { name: 'comment', values: notes },
      { name: 'price', values: prices },
    ]
  },
}
