import { Box, icons } from '@lucide/vue'
import type { Component } from 'vue'

/** `grid-2x2` as the set calls it: `Grid2x2`. */
function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}

/** True when lucide has the icon. */
export function hasIcon(name: string): boolean {
  return Object.hasOwn(icons, pascalCase(name))
}

/** The icon a declaration names; a box for layers this version does not know. */
export function layerIcon(name: string | undefined): Component {
  return name !== undefined && hasIcon(name) ? (icons as Record<string, Component>)[pascalCase(name)]! : Box
}
