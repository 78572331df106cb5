/** Something that holds a resource until it is disposed. Disposing twice is harmless. */
export interface Disposable {
  dispose(): void
}

/** Collects disposables and releases them in reverse order. */
export class DisposableStore implements Disposable {
  #items: Disposable[] = []
  #disposed = false

  add<T extends Disposable>(item: T): T {
    if (this.#disposed) item.dispose()
    else this.#items.push(item)
    return item
  }

  dispose(): void {
    this.#disposed = true
    const items = this.#items
    this.#items = []
    for (const item of items.reverse()) item.dispose()
  }
}

/** Wraps a function as a disposable that runs once. */
export function toDisposable(release: () => void): Disposable {
  let done = false
  return {
    dispose() {
      if (done) return
      done = true
      release()
    },
  }
}
