/** A table that comes with the studio, in `resources/datasets/`. */
export interface SampleDataset {
  id: 'iris' | 'wine' | 'breast-cancer' | 'digits' | 'diabetes' | 'xor'
  title: string
  /** File name in `resources/datasets/`. */
  file: string
  target: string
  task: 'classification' | 'regression'
  rows: number
  /** Columns, the target included. */
  columns: number
  attribution: string
}

const uci = 'UCI Machine Learning Repository, CC BY 4.0'

export const sampleDatasets: readonly SampleDataset[] = [
  {
    id: 'iris',
    title: 'Iris flowers',
    file: 'iris.csv',
    target: 'species',
    task: 'classification',
    rows: 150,
    columns: 5,
    attribution: `R. A. Fisher 1936, ${uci}`,
  },
  {
    id: 'wine',
    title: 'Wine cultivars',
    file: 'wine.csv',
    target: 'cultivar',
    task: 'classification',
    rows: 178,
    columns: 14,
    attribution: `Forina et al., ${uci}`,
  },
  {
    id: 'breast-cancer',
    title: 'Breast cancer (Wisconsin Diagnostic)',
    file: 'breast_cancer.csv',
    target: 'diagnosis',
    task: 'classification',
    rows: 569,
    columns: 31,
    attribution: `Wolberg et al., Wisconsin Diagnostic, ${uci}`,
  },
  {
    id: 'digits',
    title: 'Handwritten digits (8 x 8)',
    file: 'digits.csv.gz',
    target: 'digit',
    task: 'classification',
    rows: 1797,
    columns: 65,
    attribution: `Alpaydin & Kaynak, ${uci}`,
  },
  {
    id: 'diabetes',
    title: 'Diabetes progression',
    file: 'diabetes.csv',
    target: 'progression',
    task: 'regression',
    rows: 442,
    columns: 11,
    attribution: 'Efron et al. 2004, "Least Angle Regression"',
  },
  {
    id: 'xor',
    title: 'Exclusive or',
    file: 'xor.csv',
    target: 'y',
    task: 'classification',
    rows: 4,
    columns: 3,
    attribution: 'Truth table of the exclusive or',
  },
]
