/** `pin add|rm|ls`: what is kept when garbage is collected. */
import { InvalidArgumentError } from '../../errors.ts'
import { NotPinnedError } from '../../pins/errors.ts'
import { withFetchSource } from '../fetch-source.ts'
import { parseCid } from '../values.ts'
import { openPins, withRepo } from '../with-repo.ts'
import type { CommandContext } from '../context.ts'
import type { FetchOptions } from '../fetch-source.ts'
import type { Pin } from '../../pins/pins.ts'

export interface PinAddOptions extends FetchOptions {
  direct?: boolean
  recursive: boolean
  name?: string
}

export async function add (context: CommandContext, options: PinAddOptions, texts: string[]): Promise<void> {
  const { output, signal } = context
  const cids = texts.map(parseCid)
  const recursive = options.recursive && options.direct !== true
  const { name } = options

  await withFetchSource(context, options, async ({ source, repo }) => {
    const pins = await openPins(repo)

    for (const cid of cids) {
      await pins.add(cid, { recursive, fetch: source, signal, ...name == null ? {} : { name } })
      await output.print({ event: 'pinned', cid: cid.toString(), type: recursive ? 'recursive' : 'direct', ...name == null ? {} : { name } },
        `pinned ${cid} ${recursive ? 'recursively' : 'directly'}`)
    }
  })
}

export async function rm (context: CommandContext, { recursive }: { recursive: boolean }, texts: string[]): Promise<void> {
  const { output, signal } = context
  const cids = texts.map(parseCid)

  await withRepo(context, {}, async repo => {
    const pins = await openPins(repo)

    for (const cid of cids) {
      await pins.rm(cid, { recursive, signal })
      await output.print({ event: 'unpinned', cid: cid.toString() }, `unpinned ${cid}`)
    }
  })
}

export interface PinListOptions {
  type: 'all' | Pin['type']
  quiet?: boolean
  names?: boolean
}

export async function ls (context: CommandContext, options: PinListOptions, texts: string[]): Promise<void> {
  const { signal } = context
  const cids = texts.map(parseCid)

  await withRepo(context, {}, async repo => {
    const pins = await openPins(repo)

    if (cids.length === 0) {
      for await (const pin of pins.ls({ type: options.type, signal })) {
        await print(context, pin, `${pin.cid} ${pin.type}`, options)
      }

      return
    }

    for (const [index, pin] of (await pins.find(cids, { signal })).entries()) {
      const cid = cids[index]

      if (cid != null) {
        const { type, ...rest } = requirePinned(cid, pin, options.type)
        const found = { ...rest, cid, type } as Pin

        await print(context, found, `${cid} ${type}${found.type === 'indirect' ? ` through ${found.through}` : ''}`, options)
      }
    }
  })
}

function requirePinned (cid: Pin['cid'], pin: Pin | undefined, type: PinListOptions['type']): Pin {
  if (pin == null) {
    throw new NotPinnedError(cid)
  }

  if (type !== 'all' && type !== pin.type) {
    throw new InvalidArgumentError('type', type, `${cid} is pinned as ${pin.type}`)
  }

  return pin
}

async function print ({ output }: CommandContext, pin: Pin, line: string, { quiet, names }: PinListOptions): Promise<void> {
  const name = pin.type === 'indirect' ? undefined : pin.name
  const text = names === true && name != null ? `${line} ${name}` : line

  await output.print({ event: 'pin', ...pin, cid: pin.cid.toString(), ...pin.type === 'indirect' ? { through: pin.through.toString() } : {} },
    quiet === true ? pin.cid.toString() : text)
}
