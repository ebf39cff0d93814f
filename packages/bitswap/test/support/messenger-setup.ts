/** A messenger on a virtual network, with a peer that the test plays by hand. */
import { Lane, Messenger } from '../../src/network/messenger.ts'
import type { NetworkInit } from '../../src/network/options.ts'
import type { BitswapProtocol } from '../../src/network/protocols.ts'
import { resolveNetworkOptions } from '../../src/network/resolve-options.ts'
import { silentLogger } from '../../src/testing/silent-logger.ts'
import { VirtualNetwork } from '../../src/testing/virtual-network.ts'
import type { VirtualNetworkInit } from '../../src/testing/virtual-network.ts'
import type { VirtualNode } from '../../src/testing/wire/virtual-node.ts'
import type { RawPeer } from '../../src/testing/raw-peer.ts'
import { ScriptedReceiver, wantMessage } from './scripted-receiver.ts'
import type { Letter } from './scripted-receiver.ts'

export interface MessengerSetupInit {
  options?: NetworkInit
  network?: VirtualNetworkInit
  /** Of the peer played by hand. */
  protocols?: readonly BitswapProtocol[]
}

export interface MessengerSetup {
  net: VirtualNetwork
  node: VirtualNode
  messenger: Messenger
  receiver: ScriptedReceiver
  bob: RawPeer
}

/** Both started and connected, nothing sent. */
export async function setUpMessenger (init: MessengerSetupInit = {}): Promise<MessengerSetup> {
  const net = new VirtualNetwork(init.network)
  const node = net.createNode()
  const messenger = new Messenger({ network: node, clock: net.clock, logger: silentLogger() }, resolveNetworkOptions(init.options))
  const receiver = new ScriptedReceiver(net.clock)
  const bob = await net.rawPeer(init.protocols == null ? {} : { protocols: init.protocols })

  await messenger.start(receiver)
  net.connect(node, bob.node)

  return { net, node, messenger, receiver, bob }
}

/** Posts a want, and says so. */
export function say ({ messenger, receiver, bob }: MessengerSetup, seed: number): Letter {
  const letter = receiver.post(bob.peer, Lane.Wants, wantMessage(seed))
  messenger.wake(bob.peer, Lane.Wants)

  return letter
}
