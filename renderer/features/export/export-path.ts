/** A target beside the project: `/work/iris.lamina`, run 3, `onnx` gives `/work/iris-run-3.onnx`. Keeps the separator of the path. */
export function suggestTarget(projectPath: string, suffix: string, extension: string): string {
  const cut = Math.max(projectPath.lastIndexOf('/'), projectPath.lastIndexOf('\\')) + 1
  const stem = projectPath.slice(cut).replace(/\.lamina$/i, '')
  return `${projectPath.slice(0, cut)}${stem}-${suffix}.${extension}`
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
}

/** The path with another ending, when it has the old one. */
export function withExtension(path: string, from: string, to: string): string {
  return path.endsWith(`.${from}`) ? `${path.slice(0, -from.length)}${to}` : path
}
