// happy-dom computes no layout. Vue Flow, virtual lists and charts ask for sizes, so every element claims one screen's worth.
const width = 1280
const height = 800

for (const [name, value] of Object.entries({
  clientWidth: width,
  clientHeight: height,
  offsetWidth: width,
  offsetHeight: height,
}))
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value })

HTMLElement.prototype.getBoundingClientRect = () => new DOMRect(0, 0, width, height)

class SizedObserver {
  readonly #callback: ResizeObserverCallback

  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback
  }

  observe(target: Element): void {
    const size = { inlineSize: width, blockSize: height }
    const entry = {
      target,
      contentRect: new DOMRect(0, 0, width, height),
      borderBoxSize: [size],
      contentBoxSize: [size],
      devicePixelContentBoxSize: [size],
    } as unknown as ResizeObserverEntry
    queueMicrotask(() => this.#callback([entry], this as unknown as ResizeObserver))
  }

  unobserve(): void {}

  disconnect(): void {}
}

globalThis.ResizeObserver = SizedObserver as unknown as typeof ResizeObserver
