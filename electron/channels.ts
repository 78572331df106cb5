/** Names of the messages between page and main process. */
export const channels = {
  connectEngine: 'lamina:connect-engine',
  enginePort: 'lamina:engine-port',
  engineState: 'lamina:engine-state',
  openProject: 'lamina:choose-project-to-open',
  createProject: 'lamina:choose-project-to-create',
  dataFile: 'lamina:choose-data-file',
  saveTarget: 'lamina:choose-save-target',
  showInFolder: 'lamina:show-in-folder',
  command: 'lamina:command',
  projectToOpen: 'lamina:project-to-open',
  ready: 'lamina:ready',
  document: 'lamina:document',
} as const
