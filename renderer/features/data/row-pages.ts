import { ref, shallowRef } from 'vue'
import type { Thumbnail } from '../../../engine/data/dataset.ts'
import type { RowPage } from '../../../engine/rpc/contract/datasets.ts'
import { engine } from '../../services/engine.ts'
import { useProjectStore } from '../../services/project.store.ts'

const PAGE = 200

/** Rows of a data set, fetched page by page as they come into sight. */
export class RowPages {
  readonly total = ref(0)
  readonly columns = shallowRef<readonly string[]>([])
  readonly error = shallowRef<unknown>(null)
  readonly #loaded = shallowRef<ReadonlyMap<number, RowPage>>(new Map())
  #asked = new Set<number>()
  #dataset = ''
  /** Grows with each reset, so that late answers for older settings are dropped. */
  #generation = 0

  reset(dataset: string): void {
    this.#dataset = dataset
    this.#generation += 1
    this.#asked = new Set()
    this.#loaded.value = new Map()
    this.error.value = null
    this.need(0, 0)
  }

  /** The small picture of a cell of a column that holds arrays. */
  picture(index: number, column: number): Thumbnail | null {
    const page = this.#loaded.value.get(Math.floor(index / PAGE))
    return page?.thumbnails[page.columns[column] ?? '']?.[index % PAGE] ?? null
  }

  row(index: number): { cells: readonly (string | null)[]; part: RowPage['parts'][number] } | null {
    const page = this.#loaded.value.get(Math.floor(index / PAGE))
    const cells = page?.rows[index % PAGE]
    return page && cells ? { cells, part: page.parts[index % PAGE] ?? 'train' } : null
  }

  /** Asks for the pages of rows `from` to `to`. */
  need(from: number, to: number): void {
    for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1)
      if (!this.#asked.has(page)) {
        this.#asked.add(page)
        void this.#load(page)
      }
  }

  async #load(page: number): Promise<void> {
    const generation = this.#generation
    try {
      const loaded = await engine().call.datasets.rows({
        project: useProjectStore().openId(),
        dataset: this.#dataset,
        from: page * PAGE,
        count: PAGE,
      })
      if (generation !== this.#generation) return
      this.total.value = loaded.total
      this.columns.value = loaded.columns
      this.#loaded.value = new Map(this.#loaded.value).set(page, loaded)
    } catch (thrown) {
      if (generation === this.#generation) this.error.value = thrown
    }
  }
}
