/**
 * The commands and their options, as commander takes them. What they do is
 * loaded when they are called: none waits for the libraries of the others.
 */
import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { VERSION } from '../version.ts'
import { ROUTING_WAYS } from './routing-ways.ts'
import { parseCount, parseDuration, parseSize, parseSwitch } from './values.ts'
import type { CommandContext } from './context.ts'

/** Options before or after the command. */
export interface GlobalOptions {
  repo: string
  json?: boolean
  debug?: boolean
}

/** Runs what a command does with the context it needs. */
export type RunCommand = (options: GlobalOptions, run: (context: CommandContext) => Promise<void>) => Promise<void>

type Action = (context: CommandContext, options: never, ...values: never[]) => Promise<void>

/** @param env - where `BITSWAP_PATH` is looked up */
export function buildProgram (runCommand: RunCommand, env: Readonly<Record<string, string | undefined>>): Command {
  const program = new Command('bitswap')
    .description('Exchange blocks and files with other IPFS nodes')
    .version(VERSION)
    .option('--repo <dir>', 'where blocks and the key of the node are kept; BITSWAP_PATH says the same', defaultRepo(env))
    .option('--json', 'print one JSON object a line')
    .option('--debug', 'show where an error comes from')
    .showHelpAfterError(false)

  // commander hands over the values first, then the options, then the command
  const act = (load: () => Promise<Action>) => async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command
    const values = received.slice(0, -2) as never[]
    const options = command.optsWithGlobals<never>()

    await runCommand(options, async context => {
      const action = await load()

      await action(context, options, ...values)
    })
  }

  addFileCommands(program, act)
  addBlockCommands(program, act)
  addRepoCommands(program, act)
  addNodeCommands(program, act)

  return program
}

/** As with other programs an empty variable is none. */
function defaultRepo ({ BITSWAP_PATH = '' }: Readonly<Record<string, string | undefined>>): string {
  return BITSWAP_PATH === '' ? join(homedir() === '' ? userInfo().homedir : homedir(), '.bitswap') : BITSWAP_PATH
}

type Act = (load: () => Promise<Action>) => (...received: unknown[]) => Promise<void>

function addFileCommands (program: Command, act: Act): void {
  program.command('add')
    .description('add files and folders, and print their CIDs')
    .argument('<path...>', 'what to add; - is standard input')
    .option('--chunk-size <size>', 'cut files into pieces of this size (default: 256KiB)', parseSize)
    .addOption(new Option('--cid-version <version>', 'version of the CIDs (default: 0)').choices(['0', '1']))
    .option('-H, --hidden', 'also add what has a name that begins with a dot')
    .option('-w, --wrap', 'put a folder around it')
    .option('-q, --quiet', 'print CIDs only')
    .option('-Q, --quieter', 'print the last CID only')
    .option('-r, --recursive', 'folders are always added with all that is in them')
    .addOption(switchable('--pin', 'keep it when garbage is collected'))
    .addOption(new Option('--no-pin').hideHelp())
    .option('--pin-name <name>', 'a name for the pin')
    .action(act(async () => (await import('./commands/add.ts')).run))

  withFetchOptions(program.command('get'))
    .description('fetch a file or folder, and write it to disk')
    .argument('<cid>', 'what to fetch: CID or CID/path')
    .option('-o, --output <path>', 'where to write it (default: its name here)')
    .action(act(async () => (await import('./commands/get.ts')).run))

  withFetchOptions(program.command('cat'))
    .description('fetch files, and write them to standard output')
    .argument('<cid...>', 'what to fetch: CID or CID/path')
    .action(act(async () => (await import('./commands/cat.ts')).run))
}

function addBlockCommands (program: Command, act: Act): void {
  const block = program.command('block').description('single blocks')

  withFetchOptions(block.command('get <cid>'))
    .description('write a block to standard output')
    .action(act(async () => (await import('./commands/block.ts')).get))
  block.command('put [file...]')
    .description('store files as blocks, each in one; standard input when none is named, or -')
    .option('--cid-codec <codec>', 'what the bytes are', 'raw')
    .option('--mhtype <function>', 'the hash function', 'sha2-256')
    .option('--allow-big-block', 'store blocks that peers do not take')
    .option('--pin', 'keep them, and what is below them, when garbage is collected')
    .action(act(async () => (await import('./commands/block.ts')).put))
  block.command('stat <cid>')
    .description('print the size of a block')
    .action(act(async () => (await import('./commands/block.ts')).stat))
  block.command('rm <cid...>')
    .description('remove blocks')
    .option('-f, --force', 'say nothing of blocks that are not there')
    .option('-q, --quiet', 'print nothing')
    .action(act(async () => (await import('./commands/block.ts')).rm))
  block.command('ls')
    .description('print the CIDs of all blocks')
    .action(act(async () => (await import('./commands/block.ts')).ls))

  const dag = program.command('dag').description('graphs of blocks')

  dag.command('import [file...]')
    .description('store the blocks of CAR files; standard input when none is named, or -')
    .option('--allow-big-block', 'store blocks that peers do not take')
    .addOption(switchable('--pin-roots', 'keep the graphs when garbage is collected'))
    .addOption(new Option('--no-pin-roots').hideHelp())
    .action(act(async () => (await import('./commands/dag.ts')).importCars))
  withFetchOptions(dag.command('export <cid>'))
    .description('write a CAR of a graph to standard output')
    .action(act(async () => (await import('./commands/dag.ts')).exportDag))
}

function addRepoCommands (program: Command, act: Act): void {
  const pin = program.command('pin').description('what is kept when garbage is collected')

  withFetchOptions(pin.command('add <cid...>'))
    .description('keep graphs, fetching what is not here')
    .option('--direct', 'keep the block only, without what is below it')
    .addOption(switchable('-r, --recursive', 'keep what is below it as well'))
    .option('-n, --name <name>', 'a name for the pins')
    .action(act(async () => (await import('./commands/pin.ts')).add))
  pin.command('rm <cid...>')
    .description('keep them no longer')
    .addOption(switchable('-r, --recursive', 'also what is pinned recursively'))
    .action(act(async () => (await import('./commands/pin.ts')).rm))
  pin.command('ls [cid...]')
    .description('print what is kept, or how these are')
    .addOption(new Option('-t, --type <type>', 'only those pinned so').choices(['all', 'recursive', 'direct', 'indirect']).default('all'))
    .option('-q, --quiet', 'print CIDs only')
    .option('-n, --names', 'print the names of pins as well')
    .action(act(async () => (await import('./commands/pin.ts')).ls))

  const repo = program.command('repo').description('what is stored as a whole')

  repo.command('gc')
    .description('remove all blocks that are not pinned')
    .option('-q, --quiet', 'print CIDs only')
    .action(act(async () => (await import('./commands/repo.ts')).gc))
  repo.command('stat')
    .description('print how many blocks there are, and what they take')
    .option('-s, --size-only', 'print sizes only')
    .option('-H, --human', 'print sizes as in 17 MB')
    .action(act(async () => (await import('./commands/repo.ts')).stat))
}

function addNodeCommands (program: Command, act: Act): void {
  withNetworkOptions(program.command('serve'))
    .description('run the node until it is ended, and send peers the blocks it has')
    .argument('[path...]', 'files and folders to add first')
    .addOption(list('--listen <address>', 'accept peers at this address; more than once for more (default: /ip4/0.0.0.0/tcp/4001)'))
    .addOption(many('--connect <address>', 'connect to this peer, and stay connected; more than once for more'))
    .addOption(list('--announce <address>', 'tell others this address in place of those found; more than once for more'))
    .addOption(new Option('--providing <strategy>', 'what is announced so that others find it (default: roots)').choices(['all', 'roots', 'pinned', 'none']))
    .option('--routing-server <host:port>', 'tell others who has what, over HTTP at /routing/v1')
    .option('--max-storage <size>', 'of all blocks; what is not pinned goes when it gets full', parseSize)
    .addOption(new Option('--until-input-ends', 'end when standard input does').hideHelp())
    .action(act(async () => (await import('./commands/serve.ts')).run))
  program.command('id')
    .description('print who this node is')
    .action(act(async () => (await import('./commands/id.ts')).run))
  program.command('demo')
    .description('fetch a file from nodes on this machine, to see it work')
    .addOption(new Option('--size <size>', 'of the file').argParser(parseSize).default(67_108_864, '64MiB'))
    .option('--seeds <count>', 'nodes that have it', parseCount, 2)
    .action(act(async () => (await import('./commands/demo.ts')).run))
}

function withFetchOptions (command: Command): Command {
  return withNetworkOptions(command)
    .addOption(many('--peer <address>', 'ask this peer for what is not here, and look for no other; more than once for more'))
    .addOption(new Option('--timeout <duration>', 'give up when no block comes for so long').argParser(parseDuration).default(30_000, '30s'))
    .option('--wait', 'go on asking peers that said no until then')
}

/** Of the commands that talk to peers. The config file says the same. */
function withNetworkOptions (command: Command): Command {
  return command
    .addOption(list('--routing <ways>', `how to find who has a block: ${ROUTING_WAYS} (default: delegated,dht,mdns)`))
    .addOption(list('--bootstrap <address>', 'where to enter the DHT; more than once for more (default: public ones)'))
    .addOption(list('--provider <cid=address>', 'who has a block; more than once for more'))
    .addOption(list('--allow-peer <id>', 'connect to these peers only; more than once for more'))
    .option('--swarm-key <file>', 'key of a private network: only who has it too is connected to')
    .option('--config <file>', 'a config file (default: config.json in the repo)')
}

/** An option that may be given any number of times, and is undefined when it is not. */
function list (flags: string, description: string): Option {
  return new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...before ?? [], value])
}

/** A switch that is on unless it is given `=false`. */
function switchable (flags: string, description: string): Option {
  return new Option(`${flags} [boolean]`, description).argParser(parseSwitch).preset('true').default(true)
}

/** An option that may be given any number of times, and is not by default. */
function many (flags: string, description: string): Option {
  return new Option(flags, description).argParser(collectValues).default([], 'none')
}

/** Adds to what was given before. */
function collectValues (value: string, before: readonly string[]): string[] {
  return [...before, value]
}
