import assert from 'node:assert/strict'
import test from 'node:test'
import { Extent } from '../suite/case.ts'
import type { Case } from '../suite/case.ts'
import { chart } from './chart.ts'

const measure = async (): Promise<Record<string, number>> => ({})

const bulk: Case = {
  name: 'bulk',
  title: 'Bulk & more',
  extent: Extent.Quick,
  own: 'ours',
  charted: true,
  columns: [{ figure: 'speed', title: 'MB/s', digits: 0 }],
  entries: ['ours', 'other <1>'].map(name => ({ name, measure }))
}

test('a bar is as long as its value, ours stands out, and each says how much it is', () => {
  const svg = chart([bulk], { bulk: { ours: [{ speed: 100 }, { speed: 300 }], 'other <1>': [{ speed: 100 }] } })
  const widths = [...svg.matchAll(/<rect.* width="(\d+)"/g)].map(match => Number(match[1]))

  assert.equal(widths.length, 2)
  assert.equal((widths[1] ?? 0) * 2, widths[0])
  assert.equal(svg.match(/<rect class="own"/g)?.length, 1)
  assert.match(svg, />200<.*>100</s)
  assert.match(svg, /Bulk &amp; more; MB\/s, more is better/)
  assert.match(svg, /other &lt;1>/)
})

test('what is not charted, or was not measured, has no place', () => {
  const svg = chart([{ ...bulk, name: 'hidden', title: 'Hidden', charted: false }, bulk], { hidden: { ours: [{ speed: 1 }] }, bulk: { ours: [{ speed: 1 }], 'other <1>': [{}] } })

  assert.doesNotMatch(svg, /Hidden|other/)
  assert.doesNotMatch(chart([bulk], {}), /<rect/)
})

test('it ends below its last bar', () => {
  const svg = chart([bulk], { bulk: { ours: [{ speed: 1 }], 'other <1>': [{ speed: 1 }] } })
  const height = Number(/height="(\d+)" role/.exec(svg)?.[1])
  const last = Math.max(...[...svg.matchAll(/<rect.* y="(\d+)" width="\d+" height="(\d+)"/g)].map(([, y, tall]) => Number(y) + Number(tall)))

  assert.ok(last < height && height < last + 40, `${last} ${height}`)
})
