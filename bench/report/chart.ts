/**
 * A picture of results: a panel for each case, a bar for each entry, as long as
 * the median of its first figure. SVG, written by hand: it needs no more than
 * rectangles and text, and follows the light or dark of who looks at it. Pure.
 */
import type { Case, Results } from '../suite/case.ts'
import { median } from '../suite/statistics.ts'

const WIDTH = 760
const MARGIN = 16
/** Of names, left of the bars, and of values, right of them. */
const NAMES = 230
const VALUES = 60
const BAR = 14
const LINE = 20
const HEAD = 34

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .head { font-weight: 600 }
  .name { text-anchor: end }
  rect { fill: #8c959f }
  .own { fill: #0969da }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6e7681 } .own { fill: #58a6ff } }
`

interface Bar {
  name: string
  value: number
  own: boolean
}

/** Of those cases that are charted and have results. */
export function chart (cases: readonly Case[], results: Results): string {
  const panels: string[] = []
  let top = MARGIN

  for (const each of cases.filter(({ charted }) => charted === true)) {
    const bars = barsOf(each, results[each.name] ?? {})

    if (bars.length > 0) {
      panels.push(panel(each, bars, top))
      top += HEAD + bars.length * LINE
    }
  }

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top + MARGIN}" width="${WIDTH}" height="${top + MARGIN}" role="img" aria-label="Results of npm run bench">`,
    `<style>${STYLE}</style>`,
    ...panels,
    '</svg>',
    ''
  ].join('\n')
}

function barsOf ({ own, entries, columns: [{ figure }] }: Case, results: Results[string]): Bar[] {
  return entries
    .map(({ name }) => ({ name, own: name === own, value: median((results[name] ?? []).map(figures => figures[figure]).filter(value => value != null)) }))
    .filter(({ value }) => !Number.isNaN(value))
}

function panel ({ title, columns: [{ title: unit, digits }], less = false }: Case, bars: readonly Bar[], top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const room = WIDTH - 2 * MARGIN - NAMES - VALUES
  const left = MARGIN + NAMES

  const drawn = bars.map(({ name, value, own }, index) => {
    const y = top + HEAD - LINE / 2 + index * LINE
    const width = Math.max(1, Math.round(value / longest * room))

    return [
      `<text class="name" x="${left - 8}" y="${y + BAR - 3}">${escape(name)}</text>`,
      `<rect${own ? ' class="own"' : ''} x="${left}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
      `<text x="${left + width + 6}" y="${y + BAR - 3}">${value.toFixed(digits)}</text>`
    ].join('\n')
  })

  return [`<text class="head" x="${MARGIN}" y="${top + 12}">${escape(title)}; ${escape(unit)}, ${less ? 'less' : 'more'} is better</text>`, ...drawn].join('\n')
}

function escape (text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
