import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unsafeReason } from './safe-name.ts'

for (const name of ['', '.', '..', '/', 'a/b', '../up', '/etc/passwd', 'zero\0byte']) {
  test(`the name ${JSON.stringify(name)} is refused everywhere`, () => {
    assert.notEqual(unsafeReason(name, 'linux'), undefined)
    assert.notEqual(unsafeReason(name, 'win32'), undefined)
  })
}

for (const name of ['...', 'a\\b', 'C:', 'nul', 'COM1.txt', 'ends with a dot.', 'what?']) {
  test(`the name ${JSON.stringify(name)} is refused on Windows only`, () => {
    assert.equal(unsafeReason(name, 'linux'), undefined)
    assert.notEqual(unsafeReason(name, 'win32'), undefined)
  })
}

for (const name of ['a', '.hidden', 'with space', 'ümlaut', 'console', '-rf']) {
  test(`the name ${JSON.stringify(name)} may be used`, () => {
    assert.equal(unsafeReason(name, 'linux'), undefined)
    assert.equal(unsafeReason(name, 'win32'), undefined)
  })
}
