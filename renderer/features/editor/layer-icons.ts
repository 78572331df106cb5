import {
  Activity,
  BetweenHorizontalStart,
  Box,
  Brain,
  ChartSpline,
  Combine,
  Eye,
  Grid2x2,
  Grid3x3,
  Layers,
  LogIn,
  LogOut,
  Maximize2,
  Merge,
  Minimize2,
  Minus,
  Network,
  Plus,
  Repeat,
  Rows3,
  ScanLine,
  Shuffle,
  SlidersHorizontal,
  TrendingUp,
  Waves,
  X,
} from '@lucide/vue'
import type { Component } from 'vue'

/** Icons a declaration can name. Listed one by one: the whole set is larger than the studio. */
const icons: Readonly<Record<string, Component>> = {
  activity: Activity,
  'between-horizontal-start': BetweenHorizontalStart,
  brain: Brain,
  'chart-spline': ChartSpline,
  combine: Combine,
  eye: Eye,
  'grid-2x2': Grid2x2,
  'grid-3x3': Grid3x3,
  layers: Layers,
  'log-in': LogIn,
  'log-out': LogOut,
  'maximize-2': Maximize2,
  merge: Merge,
  'minimize-2': Minimize2,
  minus: Minus,
  network: Network,
  plus: Plus,
  repeat: Repeat,
  'rows-3': Rows3,
  'scan-line': ScanLine,
  shuffle: Shuffle,
  'sliders-horizontal': SlidersHorizontal,
  'trending-up': TrendingUp,
  waves: Waves,
  x: X,
}

export function hasIcon(name: string): boolean {
  return Object.hasOwn(icons, name)
}

/** The icon of a layer; a box for layers this version does not know. */
export function layerIcon(name: string | undefined): Component {
  return (name === undefined ? undefined : icons[name]) ?? Box
}
