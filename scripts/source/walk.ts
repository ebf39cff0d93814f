/** Every node of a syntax tree with its parent: what the checks need, where a visitor per type would be longer. */
import { visitorKeys, type Node, type Program } from 'oxc-parser'

export interface Visit {
  node: Node
  parent: Node | undefined
}

function isNode (value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

export function * walk (node: Node | Program, parent?: Node): Generator<Visit> {
  yield { node, parent }

  for (const key of visitorKeys[node.type] ?? []) {
    const value: unknown = node[key as keyof typeof node]

    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) {
        yield * walk(child, node)
      }
    }
  }
}
