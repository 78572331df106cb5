/** Colours that echarts needs as literals, read from the tokens so that every theme has its own. */
export interface ChartTheme {
  text: string
  muted: string
  line: string
  surface: string
  accent: string
  series: string[]
  font: string
}

const names = ['core', 'convolution', 'normalization', 'recurrent', 'attention', 'pooling', 'merge', 'regularization']

/** Reads the current theme from the page. */
export function readChartTheme(element: Element = document.documentElement): ChartTheme {
  const style = getComputedStyle(element)
  const token = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback
  return {
    text: token('--text', '#1b1f27'),
    muted: token('--muted', '#545c6a'),
    line: token('--line', '#dcdfe5'),
    surface: token('--raised', '#ffffff'),
    accent: token('--accent', '#2457c9'),
    series: names.map((name) => token(`--cat-${name}`, '#0072b2')),
    font: style.fontFamily || 'sans-serif',
  }
}
