import type { Command, CommanderError, Option } from 'commander'
import type { LaminaError } from '../base/errors.ts'
import { nearMatches, suggestion } from '../layers/near-matches.ts'
import { usageError } from './errors.ts'

/** What stands for an argument in an example. */
const examples: Readonly<Record<string, string>> = { project: 'flowers.lamina', template: 'iris' }

/** What the argument parser refuses, told as every other failure is: place, what was expected, what came, how to fix it. */
export function parserError(command: Command, { code, message }: CommanderError): LaminaError {
  const where = command.parent ? `lamina ${command.name()}` : 'lamina'
  const usage = `${where} ${command.usage()}`
  const help = command.parent
    ? `\`lamina help ${command.name()}\` shows all of it.`
    : '`lamina help` shows all commands.'
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? ''
  const text = message.replace(/^error: /, '').split('\n')[0]!
  switch (code) {
    case 'commander.unknownCommand': {
      const names = command.commands.map((each) => each.name())
      return usageError({
        message: `There is no command "${quoted}".`,
        where,
        expected: `one of ${names.join(', ')}`,
        received: quoted,
        fix: meant(quoted, names, help),
      })
    }
    case 'commander.missingArgument': {
      const example = command.registeredArguments.map((argument) => examples[argument.name()] ?? argument.name())
      return usageError({
        message: `${where} needs <${quoted}>.`,
        where,
        expected: usage,
        received: `no <${quoted}>`,
        fix: `For example \`${where} ${example.join(' ')}\`. ${help}`,
      })
    }
    case 'commander.missingMandatoryOptionValue': {
      const option = optionOf(command, quoted)
      return usageError({
        message: `${where} needs ${option?.long ?? quoted}.`,
        where,
        expected: describe(option, quoted),
        received: `no ${option?.long ?? quoted}`,
        fix: `Add ${quoted}. ${help}`,
      })
    }
    case 'commander.optionMissingArgument': {
      const option = optionOf(command, quoted)
      return usageError({
        message: `${option?.long ?? quoted} needs a value.`,
        where,
        expected: describe(option, quoted),
        received: `${option?.long ?? quoted} without a value`,
        fix: `Write ${quoted}. ${help}`,
      })
    }
    case 'commander.unknownOption': {
      const names = command.options.flatMap((option) => option.long ?? [])
      return usageError({
        message: `${where} has no option ${quoted}.`,
        where,
        expected: names.join(', '),
        received: quoted,
        fix: meant(quoted, names, help),
      })
    }
    case 'commander.excessArguments':
      return usageError({
        message: `${where} takes fewer arguments.`,
        where,
        expected: usage,
        received: command.args.join(' '),
        fix: `Leave out ${command.args.slice(command.registeredArguments.length).join(', ')}; quote a path with spaces in it. ${help}`,
      })
    default:
      return usageError({ message: sentence(text), where, expected: usage, received: command.args.join(' ') || 'none', fix: help }) // biome-ignore format: one record
  }
}

/** The near matches of a word, if there are any, before where all of them stand. */
function meant(word: string, names: readonly string[], help: string): string {
  return nearMatches(word, names).length > 0 ? `${suggestion(word, names)} ${help}` : help
}

function optionOf(command: Command, flags: string): Option | undefined {
  return command.options.find((option) => option.flags === flags)
}

function describe(option: Option | undefined, flags: string): string {
  return option ? `${option.flags}: ${option.description}` : flags
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`
}
