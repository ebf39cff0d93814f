#!/usr/bin/env node
/// <reference types="node" />
// Plain JavaScript that any Node.js with modules can read (12 knows no `?.`), so that one that is too old can say so.
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

const major = Number(process.versions.node.split('.')[0])

if (major < 22) {
  console.error('Error: bitswap needs Node.js 22 or newer, and this is ' + process.version)
  process.exitCode = 1
} else {
  // what the last run compiled need not be compiled again; NODE_DISABLE_COMPILE_CACHE=1 turns it off
  if (module.enableCompileCache != null) { // not in 22.0
    // not in the folder for temporary files: whoever can write to it has their code run by others
    const { NODE_COMPILE_CACHE: named = '', XDG_CACHE_HOME: caches = '' } = process.env

    module.enableCompileCache(named === '' ? join(caches === '' ? join(homedir(), '.cache') : caches, 'ts-bitswap') : named)
  }

  import('../dist/cli/main.js').catch(error => {
    console.error('Error: ' + String(error))
    process.exitCode = 1
  })
}
