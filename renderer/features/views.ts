import { BarChart3, Database, Download, History, Network, Play, SlidersHorizontal } from '@lucide/vue'
import { type Component, defineAsyncComponent } from 'vue'

export type ViewId = 'data' | 'model' | 'train' | 'evaluate' | 'tune' | 'runs' | 'export'

/** One stop of the journey, in its order on the navigation rail. */
export interface View {
  id: ViewId
  label: string
  /** What it is for, shown as a tooltip. */
  title: string
  icon: Component
  component: Component
}

export const views: readonly View[] = [
  {
    id: 'data',
    label: 'Data',
    title: 'Data: columns, roles, split',
    icon: Database,
    component: defineAsyncComponent(() => import('./data/DataView.vue')),
  },
  {
    id: 'model',
    label: 'Model',
    title: 'Model: draw the network',
    icon: Network,
    component: defineAsyncComponent(() => import('./editor/EditorView.vue')),
  },
  {
    id: 'train',
    label: 'Train',
    title: 'Train: settings and live curves',
    icon: Play,
    component: defineAsyncComponent(() => import('./training/TrainingView.vue')),
  },
  {
    id: 'evaluate',
    label: 'Evaluate',
    title: 'Evaluate: reports and k-fold',
    icon: BarChart3,
    component: defineAsyncComponent(() => import('./evaluation/EvaluationView.vue')),
  },
  {
    id: 'tune',
    label: 'Tune',
    title: 'Tune: sweeps over hyperparameters',
    icon: SlidersHorizontal,
    component: defineAsyncComponent(() => import('./tuning/TuningView.vue')),
  },
  {
    id: 'runs',
    label: 'Runs',
    title: 'Runs: history and comparison',
    icon: History,
    component: defineAsyncComponent(() => import('./runs/RunsView.vue')),
  },
  {
    id: 'export',
    label: 'Export',
    title: 'Export: models and predictions',
    icon: Download,
    component: defineAsyncComponent(() => import('./export/ExportView.vue')),
  },
]
