import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InboundBudget } from './inbound-budget.ts'
import type { BudgetHolder } from './inbound-budget.ts'

class Holder implements BudgetHolder {
  told = 0

  budgetChanged (): void {
    this.told++
  }
}

test('up to the budget nobody waits; one byte more, and all wait but who keeps bytes for longest', () => {
  const budget = new InboundBudget(100)
  const [first, second, idle] = [new Holder(), new Holder(), new Holder()]

  budget.set(first, 60)
  budget.set(second, 40)
  assert.equal(budget.used, 100)
  assert.deepEqual([first, second, idle].map(holder => budget.mustWait(holder)), [false, false, false])

  budget.set(second, 41)
  assert.deepEqual([first, second, idle].map(holder => budget.mustWait(holder)), [false, true, true])
})

test('those who wait are told when there is room, and not before', () => {
  const budget = new InboundBudget(100)
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
  const budget = new InboundBudget(10)
  const [first, second, third] = [new Holder(), new Holder(), new Holder()]

  budget.set(first, 20)
  budget.set(second, 20)
  budget.set(third, 20)
  assert.deepEqual([second, third].map(holder => budget.mustWait(holder)), [true, true])
  budget.set(first, 0)
  assert.deepEqual([first.told, second.told, third.told], [0, 1, 0])
})

test('who keeps nothing any more is not told', () => {
  const budget = new InboundBudget(10)
  const [first, second] = [new Holder(), new Holder()]

  budget.set(first, 20)
  budget.set(second, 5)
  assert.equal(budget.mustWait(second), true)
  budget.set(second, 0)
  budget.set(first, 0)
  assert.equal(second.told, 0)
  assert.equal(budget.used, 0)
})
