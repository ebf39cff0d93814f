import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InboundBudget } from './inbound-budget.ts'
import type { BudgetHolder } from './inbound-budget.ts'
import { InboundTotal } from './inbound-total.ts'

class Holder implements BudgetHolder {
  told = 0

  budgetChanged (): void {
    this.told++
  }
}

function budgetOf (size: number, total: InboundTotal = new InboundTotal(1e9)): InboundBudget {
  return new InboundBudget(size, total)
}

test('up to the budget nobody waits; one byte more, and all wait but who keeps bytes for longest', () => {
  const budget = budgetOf(100)
  const [first, second, idle] = [new Holder(), new Holder(), new Holder()]

  budget.set(first, 60)
  budget.set(second, 40)
  assert.equal(budget.used, 100)
  assert.deepEqual([first, second, idle].map(holder => budget.mustWait(holder)), [false, false, false])

  budget.set(second, 41)
  assert.deepEqual([first, second, idle].map(holder => budget.mustWait(holder)), [false, true, true])
})

test('those who wait are told when there is room, and not before', () => {
  const budget = budgetOf(100)
  const [first, second] = [new Holder(), new Holder()]

  budget.set(first, 80)
  budget.set(second, 40)
  assert.equal(budget.mustWait(second), true)
  budget.set(first, 70)
  assert.equal(second.told, 0)
  budget.set(first, 60)
  assert.equal(second.told, 1)
  budget.set(first, 10)
  assert.equal(second.told, 1)
})

test('when the first is done the next takes its place, though there is no room', () => {
  const budget = budgetOf(10)
  const [first, second, third] = [new Holder(), new Holder(), new Holder()]

  budget.set(first, 20)
  budget.set(second, 20)
  budget.set(third, 20)
  assert.deepEqual([second, third].map(holder => budget.mustWait(holder)), [true, true])
  budget.set(first, 0)
  assert.deepEqual([first.told, second.told, third.told], [0, 1, 0])
})

test('who keeps nothing any more is not told', () => {
  const budget = budgetOf(10)
  const [first, second] = [new Holder(), new Holder()]

  budget.set(first, 20)
  budget.set(second, 5)
  assert.equal(budget.mustWait(second), true)
  budget.set(second, 0)
  budget.set(first, 0)
  assert.equal(second.told, 0)
  assert.equal(budget.used, 0)
})

test('over what all may keep each may keep its share, and who keeps more waits with all streams but one', () => {
  const total = new InboundTotal(100)
  const [hog, modest, other] = [budgetOf(80, total), budgetOf(80, total), budgetOf(80, total)]
  const [first, second, little, more, none] = Array.from({ length: 5 }, () => new Holder())

  hog.set(first, 40)
  hog.set(second, 30)
  modest.set(little, 20)
  modest.set(more, 10)
  assert.deepEqual([total.used, hog.mustWait(second)], [100, false])

  other.set(none, 1)
  assert.deepEqual([first, second].map(holder => hog.mustWait(holder)), [false, true])
  assert.deepEqual([little, more].map(holder => modest.mustWait(holder)), [false, false])
  modest.set(more, 14)
  assert.equal(modest.mustWait(more), true) // 34, of 33 each

  other.set(none, 0)
  assert.deepEqual([second.told, more.told], [0, 0]) // 104 still
  modest.set(little, 16)
  assert.deepEqual([second.told, more.told], [1, 1])
})

test('of peers that left nothing is counted', () => {
  const total = new InboundTotal(10)
  const [budget, other] = [budgetOf(80, total), budgetOf(80, total)]
  const [first, second, third] = Array.from({ length: 3 }, () => new Holder())

  budget.set(first, 20)
  budget.set(second, 20)
  other.set(third, 1)
  assert.equal(budget.mustWait(second), true)
  assert.equal(total.waiting, 1)
  budget.set(second, 0)
  assert.equal(total.waiting, 0)
  budget.set(first, 0)
  assert.deepEqual([total.used, total.share, second.told], [1, Infinity, 0])
})
