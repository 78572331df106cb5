import { dataError, quoteCell } from '../errors.ts'
import type { DataFile, RawTable, RawTensor, Reader } from './reader.ts'
import { inflate } from './text.ts'

/** Element types of the format, by their code. */
const elements: Readonly<Record<number, { name: string; bytes: number }>> = {
  8: { name: 'unsigned bytes', bytes: 1 },
  9: { name: 'signed bytes', bytes: 1 },
  11: { name: '16-bit integers', bytes: 2 },
  12: { name: '32-bit integers', bytes: 4 },
  13: { name: '32-bit floats', bytes: 4 },
  14: { name: '64-bit floats', bytes: 8 },
}

const imagesName = /^(.*?)images([-.]?)idx[2-5]-ubyte(\.gz)?$/i

/** An IDX file: the number of dimensions, their sizes, and the elements of all of them in order. */
interface IdxFile {
  dimensions: number[]
  data: Uint8Array | Float32Array
}

/**
 * The IDX format of MNIST and its kin, plain or gzipped: images with their labels beside them (`train-images-idx3-ubyte` and
 * `train-labels-idx1-ubyte`) and, where it is there, the test part that belongs to them (`t10k-*`). Gives the columns `image`, `label`
 * and `split`.
 */
export const idxReader: Reader = {
  id: 'idx',
  label: 'IDX (MNIST and its kin)',
  extensions: ['-ubyte', '-ubyte.gz', '.idx'],
  sniff: (bytes, fileName) => {
    const isNamed = /idx\d?-ubyte(\.gz)?$/i.test(fileName) || /\.idx\d?(\.gz)?$/i.test(fileName)
    const isIdx = bytes[0] === 0 && bytes[1] === 0 && elements[bytes[2] ?? 0] !== undefined
    return isNamed ? 1 : isIdx && (bytes[3] ?? 0) >= 1 && (bytes[3] ?? 0) <= 5 ? 0.6 : 0
  },
  companions(fileName) {
    const parts = imagesName.exec(fileName)
    if (!parts) return []
    const [, prefix = '', joint = '', zipped = ''] = parts
    const labels = (of: string) => `${of}labels${joint}idx1-ubyte${zipped}`
    const images = (of: string) => fileName.replace(prefix, of)
    if (!/train/i.test(prefix)) return [labels(prefix)]
    const tests = ['t10k', 'test'].map((name) => prefix.replace(/train/i, name))
    return [labels(prefix), ...tests.flatMap((test) => [images(test), labels(test)])]
  },
  read: readIdx,
}

function readIdx(bytes: Uint8Array, fileName: string, _options: unknown, companions: readonly DataFile[]): RawTable {
  if (/labels/i.test(fileName) && !imagesName.test(fileName))
    throw dataError('labels-without-images', `${fileName} holds labels, not what they are the labels of.`, {
      where: fileName,
      expected: 'a file of images, such as train-images-idx3-ubyte',
      received: fileName,
      fix: 'Choose the file of images; its labels are found beside it.',
    })
  const isLabels = (file: DataFile) => /labels/i.test(file.name)
  const parts = [{ file: { name: fileName, bytes }, part: 'train' }]
  const test = companions.find((file) => !isLabels(file))
  if (test) parts.push({ file: test, part: 'test' })
  const images = parts.map(({ file }) => imagesOf(file))
  const first = images[0]!
  for (const [index, { shape }] of images.entries())
    if (String(shape) !== String(first.shape))
      throw dataError('shape-differs', `The images of ${parts[index]!.file.name} have another size.`, {
        where: parts[index]!.file.name,
        expected: `images of ${first.shape.join(' x ')}, as in ${fileName}`,
        received: shape.join(' x '),
        fix: 'Put files of one data set into a folder of their own.',
      })
  const counts = images.map(({ data, shape }) => data.length / elementsOf(shape))
  const labels = parts.map(({ file }, index) => {
    const name = file.name.replace(/images/i, 'labels').replace(/idx[2-5]/i, 'idx1')
    const found = companions.find((candidate) => candidate.name === name)
    return found ? labelsOf(found, file.name, counts[index]!) : null
  })
  const rowCount = counts.reduce((sum, count) => sum + count, 0)
  const names = ['image']
  const columns: RawTable['columns'] = [joined(images)]
  if (labels.every((cells) => cells !== null)) {
    names.push('label')
    columns.push(labels.flat())
  }
  if (parts.length > 1) {
    names.push('split')
    columns.push(parts.flatMap(({ part }, index) => new Array<string>(counts[index]!).fill(part)))
  }
  const lines = Int32Array.from({ length: rowCount }, (_, row) => row + 1)
  return { names, header: true, delimiter: null, columns, lines, title: titleOf(fileName) }
}

function titleOf(fileName: string): string | null {
  const title = fileName.replace(/[-_.]?(images)?[-_.]?idx\d?(-ubyte)?(\.gz)?$/i, '')
  return /^(train|t10k|test)?$/i.test(title) ? null : title
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Grey images get an axis of one channel. */
function imagesOf(file: DataFile): RawTensor {
  const { dimensions, data } = parseIdx(file)
  if (dimensions.length < 2)
    throw dataError('not-images', `${file.name} holds a list of numbers, not images.`, {
      where: file.name,
      expected: 'at least 2 dimensions: rows, and what a row holds',
      received: `1 dimension of ${dimensions[0]}`,
      fix: 'Choose the file of images; its labels are found beside it.',
    })
  const shape = dimensions.slice(1)
  return { shape: shape.length === 2 ? [...shape, 1] : shape, data }
}

function joined(images: readonly RawTensor[]): RawTensor {
  const [first] = images
  if (images.length === 1) return first!
  const length = images.reduce((sum, { data }) => sum + data.length, 0)
  const bytes = images.every(({ data }) => data instanceof Uint8Array)
  const data = bytes ? new Uint8Array(length) : new Float32Array(length)
  let offset = 0
  for (const image of images) {
    data.set(image.data, offset)
    offset += image.data.length
  }
  return { shape: first!.shape, data }
}

function labelsOf(file: DataFile, imagesFile: string, count: number): string[] {
  const { dimensions, data } = parseIdx(file)
  if (dimensions.length !== 1)
    throw dataError('not-labels', `${file.name} holds no labels.`, {
      where: file.name,
      expected: '1 dimension: a number for each image',
      received: `${dimensions.length} dimensions: ${dimensions.join(' x ')}`,
      fix: `Put the labels of ${imagesFile} under this name.`,
    })
  if (data.length !== count)
    throw dataError('label-count', `${file.name} has another number of labels than ${imagesFile} has images.`, {
      where: file.name,
      expected: `${count} labels`,
      received: `${data.length} labels`,
      fix: 'Put the files of one download together; one of them is of another version or cut off.',
      data: { images: count, labels: data.length },
    })
  const texts = new Map<number, string>()
  return Array.from(data, (value) => {
    let text = texts.get(value)
    if (text === undefined) {
      text = String(value)
      texts.set(value, text)
    }
    return text
  })
}

/** Throws `data.bad-magic`, `data.truncated`, `data.damaged-gzip`. */
function parseIdx({ name, bytes }: DataFile): IdxFile {
  const content = bytes[0] === 0x1f && bytes[1] === 0x8b ? inflate(bytes, name) : bytes
  const element = elements[content[2] ?? 0]
  const rank = content[3] ?? 0
  if (content.length < 4 || content[0] !== 0 || content[1] !== 0 || !element || rank < 1 || rank > 5) {
    const head = Array.from(content.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw dataError('bad-magic', `${name} is no IDX file.`, {
      where: `${name}, bytes 1 to 4`,
      expected: '00 00, a type from 08 to 0e, and 1 to 5 dimensions',
      received: head || 'an empty file',
      fix: 'Download the file again; some sites hand out a web page in its place.',
    })
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const start = 4 + 4 * rank
  const dimensions = Array.from({ length: rank }, (_, axis) =>
    4 + 4 * axis + 4 <= content.length ? view.getUint32(4 + 4 * axis) : 0,
  )
  const count = elementsOf(dimensions)
  const expected = start + count * element.bytes
  if (content.length !== expected || count === 0)
    throw dataError('truncated', `${name} does not hold what its head announces.`, {
      where: name,
      expected: `${expected} bytes for ${dimensions.join(' x ')} ${element.name}`,
      received: `${content.length} bytes`,
      fix: `Download ${quoteCell(name)} again.`,
      data: { dimensions, expected, received: content.length },
    })
  return { dimensions, data: elementsFrom(content, view, start, count, content[2]!) }
}

/** Numbers are stored with the highest byte first. */
function elementsFrom(content: Uint8Array, view: DataView, start: number, count: number, code: number) {
  if (code === 8) return content.subarray(start, start + count)
  const read: Readonly<Record<number, (index: number) => number>> = {
    9: (index) => view.getInt8(start + index),
    11: (index) => view.getInt16(start + 2 * index),
    12: (index) => view.getInt32(start + 4 * index),
    13: (index) => view.getFloat32(start + 4 * index),
    14: (index) => view.getFloat64(start + 8 * index),
  }
  return Float32Array.from({ length: count }, (_, index) => read[code]!(index))
}
