import { basename } from 'node:path'
import { app, Menu, type MenuItemConstructorOptions } from 'electron'

export interface MenuOptions {
  /** Sends a command of the registry to the page. */
  command(id: string): void
  openProject(path: string): void
  recent: readonly string[]
  clearRecent(): void
}

const separator: MenuItemConstructorOptions = { type: 'separator' }

/**
 * The application menu. Its entries are commands of the page's registry, so menu, palette and shortcuts do the same thing.
 * Shortcuts are shown but not registered: the page handles them, and a text field keeps its own undo and copy.
 */
export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const item = (label: string, id: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    id,
    accelerator,
    registerAccelerator: false,
    click: () => options.command(id),
  })
  const recent: MenuItemConstructorOptions[] = options.recent.map((path) => ({
    label: basename(path),
    sublabel: path,
    toolTip: path,
    click: () => options.openProject(path),
  }))
  const isMac = process.platform === 'darwin'
  const application: MenuItemConstructorOptions = {
    label: app.getName(),
    submenu: [
      { role: 'about' },
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [
    ...(isMac ? [application] : []),
    {
      label: '&File',
      submenu: [
        item('New Project...', 'project.new', 'CmdOrCtrl+N'),
        item('Open Project...', 'project.open', 'CmdOrCtrl+O'),
        {
          label: 'Open Recent',
          enabled: recent.length > 0,
          submenu: [...recent, separator, { label: 'Clear List', click: () => options.clearRecent() }],
        },
        separator,
        item('Export Model...', 'nav.export'),
        separator,
        item('Close Project', 'project.close', 'CmdOrCtrl+W'),
        ...(isMac ? [] : [separator, { role: 'quit' } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        item('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        item('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        item('Cut', 'edit.cut', 'CmdOrCtrl+X'),
        item('Copy', 'edit.copy', 'CmdOrCtrl+C'),
        item('Paste', 'edit.paste', 'CmdOrCtrl+V'),
        item('Duplicate', 'edit.duplicate', 'CmdOrCtrl+D'),
        item('Delete', 'edit.delete', 'Delete'),
        item('Select All', 'edit.selectAll', 'CmdOrCtrl+A'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('Data', 'nav.data', 'CmdOrCtrl+1'),
        item('Model', 'nav.model', 'CmdOrCtrl+2'),
        item('Train', 'nav.train', 'CmdOrCtrl+3'),
        item('Evaluate', 'nav.evaluate', 'CmdOrCtrl+4'),
        item('Tune', 'nav.tune', 'CmdOrCtrl+5'),
        item('Runs', 'nav.runs', 'CmdOrCtrl+6'),
        item('Export', 'nav.export', 'CmdOrCtrl+7'),
        separator,
        item('Command Palette...', 'app.palette', 'CmdOrCtrl+K'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      label: '&Run',
      submenu: [
        item('Start Training', 'run.start', 'CmdOrCtrl+Enter'),
        item('Pause or Resume', 'run.pause'),
        item('Stop', 'run.stop'),
      ],
    },
    { role: 'windowMenu' },
  ]
}

/** Builds the menu and makes it the application's. */
export function installMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)))
}
