#!/usr/bin/env node
/// <reference types="node" />
// Plain JavaScript that any Node.js can read, so that one that is too old can say so.
import process from 'node:process'

const major = Number(process.versions.node.split('.')[0])

if (major < 22) {
  console.error('Error: bitswap needs Node.js 22 or newer, and this is ' + process.version)
  process.exitCode = 1
} else {
  import('../dist/cli/main.js').catch(error => {
    console.error('Error: ' + String(error))
    process.exitCode = 1
  })
}
