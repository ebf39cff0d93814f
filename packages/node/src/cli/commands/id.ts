/** `id`: who this node is. */
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { openRepo } from '../../store/repo.ts'
import { VERSION } from '../../version.ts'
import type { CommandContext } from '../context.ts'

export async function run (context: CommandContext): Promise<void> {
  const repo = await openRepo(context.repo)

  try {
    const peerId = peerIdFromPrivateKey(repo.privateKey).toString()
    const publicKey = Buffer.from(publicKeyToProtobuf(repo.privateKey.publicKey)).toString('base64')
    const agentVersion = `ts-bitswap-node/${VERSION}`
    // as Kubo prints it while no node runs
    const text = JSON.stringify({ ID: peerId, PublicKey: publicKey, Addresses: [], AgentVersion: agentVersion, Protocols: [] }, undefined, '\t')

    await context.output.print({ event: 'id', peerId, publicKey, agentVersion }, text)
  } finally {
    await repo.close()
  }
}
