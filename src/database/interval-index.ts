/**
 * Key ranges of many owners, searched by the keys inside them: a treap ordered by range, each node knowing the greatest
 * end below it, so that a lookup visits only branches that can contain the key. Equal ranges share one node.
 *
 * One tree for each part of the key space (an index of a table, say), since a range never crosses parts; see keys.ts.
 */
import type { Key, KeyRange } from "../storage/store.js";
import { spaceOf } from "./keys.js";

interface Node<Owner> {
  readonly start: Key;
  readonly end: Key | undefined;
  readonly owners: Set<Owner>;
  readonly priority: number;
  /** Greatest end in this subtree; undefined is "no end" and greater than all. */
  maxEnd: Key | undefined;
  left: Node<Owner> | null;
  right: Node<Owner> | null;
}

type Tree<Owner> = Node<Owner> | null;

function endIsGreater(a: Key | undefined, b: Key | undefined): boolean {
  if (a === undefined) return b !== undefined;
  return b !== undefined && a > b;
}

function compareRanges(range: KeyRange, node: KeyRange): number {
  if (range.start !== node.start) return range.start < node.start ? -1 : 1;
  if (range.end === node.end) return 0;
  return endIsGreater(range.end, node.end) ? 1 : -1;
}

function update<Owner>(node: Node<Owner>): Node<Owner> {
  let maxEnd = node.end;
  if (node.left !== null && endIsGreater(node.left.maxEnd, maxEnd)) maxEnd = node.left.maxEnd;
  if (node.right !== null && endIsGreater(node.right.maxEnd, maxEnd)) maxEnd = node.right.maxEnd;
  node.maxEnd = maxEnd;
  return node;
}

function rotateRight<Owner>(node: Node<Owner>, left: Node<Owner>): Node<Owner> {
  node.left = left.right;
  left.right = update(node);
  return update(left);
}

function rotateLeft<Owner>(node: Node<Owner>, right: Node<Owner>): Node<Owner> {
  node.right = right.left;
  right.left = update(node);
  return update(right);
}

function insert<Owner>(tree: Tree<Owner>, added: Node<Owner>): Node<Owner> {
  if (tree === null) return added;
  if (compareRanges(added, tree) < 0) {
    tree.left = insert(tree.left, added);
    return tree.left.priority > tree.priority ? rotateRight(tree, tree.left) : update(tree);
  }
  tree.right = insert(tree.right, added);
  return tree.right.priority > tree.priority ? rotateLeft(tree, tree.right) : update(tree);
}

function merge<Owner>(left: Tree<Owner>, right: Tree<Owner>): Tree<Owner> {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = merge(left.right, right);
    return update(left);
  }
  right.left = merge(left, right.left);
  return update(right);
}

function removeNode<Owner>(tree: Tree<Owner>, range: KeyRange): Tree<Owner> {
  if (tree === null) return null;
  const order = compareRanges(range, tree);
  if (order === 0) return merge(tree.left, tree.right);
  if (order < 0) tree.left = removeNode(tree.left, range);
  else tree.right = removeNode(tree.right, range);
  return update(tree);
}

function find<Owner>(tree: Tree<Owner>, range: KeyRange): Node<Owner> | null {
  let node = tree;
  while (node !== null) {
    const order = compareRanges(range, node);
    if (order === 0) return node;
    node = order < 0 ? node.left : node.right;
  }
  return null;
}

function stab<Owner>(tree: Tree<Owner>, key: Key, found: Set<Owner>): void {
  let node = tree;
  while (node !== null && (node.maxEnd === undefined || key < node.maxEnd)) {
    stab(node.left, key, found);
    if (key < node.start) return;
    if (node.end === undefined || key < node.end) for (const owner of node.owners) found.add(owner);
    node = node.right;
  }
}

export class IntervalIndex<Owner> {
  readonly #trees = new Map<Key, Node<Owner>>();
  #size = 0;
  #seed = 0x9e3779b9;

  /** Number of distinct ranges. */
  get size(): number {
    return this.#size;
  }

  add(range: KeyRange, owner: Owner): void {
    const space = spaceOf(range.start);
    const tree = this.#trees.get(space) ?? null;
    const node = find(tree, range);
    if (node !== null) {
      node.owners.add(owner);
      return;
    }
    const { start, end } = range;
    const added = { start, end, maxEnd: end, owners: new Set([owner]), priority: this.#nextPriority(), left: null, right: null };
    this.#trees.set(space, insert(tree, added));
    this.#size++;
  }

  remove(range: KeyRange, owner: Owner): void {
    const space = spaceOf(range.start);
    const tree = this.#trees.get(space) ?? null;
    const node = find(tree, range);
    if (node === null || !node.owners.delete(owner) || node.owners.size > 0) return;
    const rest = removeNode(tree, range);
    if (rest === null) this.#trees.delete(space);
    else this.#trees.set(space, rest);
    this.#size--;
  }

  /** Adds to `found` the owners of every range that contains `key`. */
  collect(key: Key, found: Set<Owner>): void {
    const tree = this.#trees.get(spaceOf(key));
    if (tree !== undefined) stab(tree, key, found);
  }

  /** xorshift32: balance needs spread, not secrecy, and the same order of calls gives the same tree. */
  #nextPriority(): number {
    let x = this.#seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#seed = x;
    return x >>> 0;
  }
}
