/** The `XInit` interfaces of a source, with what is documented of each field. */
import type { Node } from 'oxc-parser'
import { lineOf, type Source } from '../source/source.ts'

export interface InitField {
  name: string
  line: number
  /** What stands behind `@default` on the last line of the docstring. */
  documented: string | undefined
  /** Its own type is an `XInit`: documented and checked there. */
  group: boolean
}

export interface Init {
  /** As in `ClientInit`. */
  name: string
  line: number
  fields: InitField[]
}

/** `CLIENT_DEFAULTS` of `ClientInit`. */
export function defaultsName (init: string): string {
  const words = init.slice(0, -'Init'.length).replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_')

  return `${words.toUpperCase()}_DEFAULTS`
}

export function initsOf (source: Source): Init[] {
  return source.program.body.flatMap(statement => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement

    if (declaration?.type !== 'TSInterfaceDeclaration' || !declaration.id.name.endsWith('Init')) {
      return []
    }

    return [{
      name: declaration.id.name,
      line: lineOf(source.text, declaration.start),
      fields: declaration.body.body.flatMap(member => fieldOf(source, member))
    }]
  })
}

function fieldOf (source: Source, member: Node): InitField[] {
  if ((member.type !== 'TSPropertySignature' && member.type !== 'TSMethodSignature') || member.key.type !== 'Identifier') {
    return []
  }

  const type = member.type === 'TSPropertySignature' && member.typeAnnotation != null
    ? source.text.slice(member.typeAnnotation.start, member.typeAnnotation.end)
    : ''

  return [{
    name: member.key.name,
    line: lineOf(source.text, member.start),
    documented: documentedDefault(source, member.start),
    group: /\w+Init\b/.test(type)
  }]
}

/** Of the docstring that ends right before `offset`. */
function documentedDefault (source: Source, offset: number): string | undefined {
  const comment = source.comments.findLast(({ type, end }) => type === 'Block' && end <= offset && source.text.slice(end, offset).trim() === '')
  const last = comment?.value.trimEnd().split('\n').at(-1) ?? ''

  return /^\s*\*?\s*@default (.+?)\s*$/.exec(last)?.[1]
}
