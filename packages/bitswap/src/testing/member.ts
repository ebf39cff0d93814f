/** Who takes part in a virtual network: a node, or whoever has one. */
import type { VirtualNode } from './wire/virtual-node.ts'

export type Member = VirtualNode | { readonly node: VirtualNode }

export function nodeOf (member: Member): VirtualNode {
  return 'node' in member ? member.node : member
}
