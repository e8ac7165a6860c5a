package io.leat.features.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.features.aggregation.InputValue;
import io.leat.features.aggregation.StateFormatException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tiles of one key at a time, in as few entries as an event needs to touch. One thread's;
 * {@link #open} brings it to a key.
 *
 * <p><b>A quiet key</b> is one entry: a leaf of up to 128 tiles, the root.
 *
 * <p><b>A busy key</b> is a tree over time: the root is a branch of some ten to twenty blocks of
 * equal length; a block with up to 64 tiles is a leaf, one with more a branch of 16 blocks, and so
 * on. Leaves are the log of what happened; a branch's slots hold the sums of their blocks, so that
 * a window's value takes a few sums and the leaves at its two ends. What lies on the way to the
 * newest tile is not summed, so that an event in order changes one leaf and no branch; once the
 * stream has moved on from a block it is summed, each event once a level: amortised, an event costs
 * a small constant however many lie in its windows. (The idea of a tree whose right edge is left
 * open for in-order arrival is FiBA's: K. Tangwongsan, M. Hirzel, S. Schneider, PVLDB 12:10, 2019;
 * here its nodes are aligned in time instead of balanced, so that a node's name says what it covers
 * and nothing is ever moved.)
 *
 * <p><b>What is forgotten</b> leaves by whole leaves, on the left edge, whose slots are then no
 * longer summed either.
 */
final class StateTree {
  /**
   * How large nodes become.
   *
   * @param rootTiles tiles of a root that is a leaf; more turn it into a branch
   * @param leafTiles tiles of any other leaf; as above
   */
  record Shape(int rootTiles, int leafTiles) {
    /** An entry of some 1 to 2 kB for an aggregation or two: what a write may cost at most. */
    static final Shape USUAL = new Shape(128, 64);
  }

  /** A branch has up to 2^4 children. */
  private static final int STEP = 4;

  private static final byte NO_KEY_BEGINS_SO = (byte) 0xFF;

  private final AggregationInput[] inputs;
  private final NodeCodec codec;
  private final Shape shape;
  private final int topShift;
  private final boolean keepsPast;
  private final Node quiet;
  private final Map<ByteBuffer, Node> cache;

  private byte[] key = {};
  private Entries entries = name -> null;
  private Node root;
  private long newest;
  private long newestTile;

  /** Whether blocks came or were split since {@link #open}. */
  private boolean reshaped;

  /** Whether something was forgotten into the past since {@link #open}. */
  private boolean pastChanged;

  /**
   * @param span how many tiles are kept behind a key's newest, not counting a lifetime
   * @param keepsPast whether what is forgotten is gathered
   * @param cachedNodes how many nodes of busy keys are kept decoded; more than 0 only where no one
   *     else writes the entries
   */
  StateTree(
      AggregationInput[] inputs,
      NodeCodec codec,
      long span,
      boolean keepsPast,
      int cachedNodes,
      Shape shape) {
    this.shape = shape;
    this.inputs = inputs;
    this.codec = codec;
    this.keepsPast = keepsPast;
    int shift = STEP;
    while (shift < Long.SIZE - 2 * STEP && span >> shift > 1 << STEP) {
      shift += STEP;
    }
    this.topShift = shift;
    this.quiet = new Node(inputs, 0);
    this.root = quiet;
    this.cache =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Node> eldest) {
            return size() > cachedNodes;
          }
        };
  }

  /**
   * Brings the tree to a key.
   *
   * @return whether there is a state
   * @throws StateFormatException if there is one that this build does not read
   */
  boolean open(Entries from, byte[] ofKey) {
    entries = from;
    key = ofKey;
    reshaped = false;
    pastChanged = false;
    Node cached = cache.get(ByteBuffer.wrap(ofKey));
    if (cached == null) {
      byte[] state = from.get(ofKey);
      if (state == null) {
        quiet.clear(0);
        root = quiet;
        newest = Long.MIN_VALUE;
        newestTile = Long.MIN_VALUE;
        return false;
      }
      root = quiet;
      codec.decodeRoot(state, quiet);
      if (!quiet.isLeaf()) {
        root = new Node(inputs, 0);
        codec.decodeRoot(state, root);
        cache.put(ByteBuffer.wrap(ofKey), root);
      }
    } else {
      root = cached;
    }
    Node leaf = newestLeaf();
    newest = leaf.newest;
    newestTile = leaf.size == 0 ? Long.MIN_VALUE : leaf.last().index;
    return true;
  }

  /** The key's newest event time; only where there is a state. */
  long newest() {
    return newest;
  }

  Node root() {
    return root;
  }

  /** The node below a branch's slot. */
  Node child(Node branch, Node.Slot slot) {
    byte[] name = name(branch.shift, slot.index);
    Node cached = cache.get(ByteBuffer.wrap(name));
    if (cached != null) {
      return cached;
    }
    byte[] bytes = entries.get(name);
    if (bytes == null) {
      throw new StateFormatException(
          "state of the key %s lacks its part %d of 2^%d tiles: it is damaged, or was read while it was written"
              .formatted(new String(key, UTF_8), slot.index, branch.shift));
    }
    Node child = new Node(inputs, 0);
    codec.decode(bytes, child);
    cache.put(ByteBuffer.wrap(name), child);
    return child;
  }

  private Node newestLeaf() {
    Node node = root;
    while (!node.isLeaf()) {
      node = child(node, node.last());
    }
    return node;
  }

  /**
   * Folds an event into its tile, and writes what that changes.
   *
   * @param to the entries that the tree was opened with
   * @param inputValues what it brings to each input; at least one is not null
   * @param lastForgotten index up to which tiles are no longer kept, the event considered
   */
  void add(
      Entries.Mutable to,
      long tile,
      long time,
      @Nullable InputValue[] inputValues,
      long lastForgotten) {
    boolean rootChanged = true;
    if (root.isLeaf()) {
      root.add(tile, time, inputValues);
      forgetTiles(lastForgotten);
      newestTile = Math.max(newestTile, tile);
      if (root.size > shape.rootTiles()) {
        splitRoot(to);
      }
    } else {
      rootChanged = insert(to, root, tile, time, inputValues);
      newestTile = Math.max(newestTile, tile);
      if (reshaped) {
        boolean forgot = forgetBlocks(to, root, lastForgotten);
        rootChanged = rootChanged || forgot || pastChanged;
        joinRoot(to);
      }
    }
    newest = Math.max(newest, time);
    if (rootChanged) {
      saveRoot(to);
    }
  }

  /** Adds an event that no window but a lifetime covers any more. */
  void addToPast(Entries.Mutable to, @Nullable InputValue[] inputValues) {
    PartialAggregate[] past = past();
    for (int m = 0; m < past.length; m++) {
      InputValue inputValue = inputValues[m];
      if (inputValue != null) {
        past[m].add(inputValue);
      }
    }
    saveRoot(to);
  }

  /** Removes every entry of the key. */
  void remove(Entries.Mutable from) {
    if (!root.isLeaf()) {
      for (int i = 0; i < root.size; i++) {
        remove(from, root, root.slot(i));
      }
    }
    cache.remove(ByteBuffer.wrap(key));
    from.remove(key);
  }

  private PartialAggregate[] past() {
    pastChanged = true;
    if (root.past == null) {
      root.past = PartialAggregate.of(inputs);
    }
    return root.past;
  }

  private void forgetTiles(long lastForgotten) {
    int forgotten = root.find(lastForgotten);
    forgotten = forgotten < 0 ? ~forgotten : forgotten + 1;
    if (forgotten == 0) {
      return;
    }
    if (keepsPast) {
      for (int i = 0; i < forgotten; i++) {
        Node.merge(root.slot(i), past());
      }
    }
    root.removeFirst(forgotten);
  }

  /** Turns the root from a leaf into a branch. */
  private void splitRoot(Entries.Mutable to) {
    Node branch = split(to, root, topShift);
    branch.past = root.past;
    branch.lastRemoved = root.lastRemoved;
    root = branch;
  }

  /** A branch of a leaf's tiles, whose children are written. */
  private Node split(Entries.Mutable to, Node leaf, int shift) {
    Node branch = new Node(inputs, shift);
    for (int i = 0; i < leaf.size; ) {
      long index = leaf.slot(i).index >> shift;
      Node child = new Node(inputs, 0);
      Node.Slot block = branch.insert(branch.size, index);
      for (; i < leaf.size && leaf.slot(i).index >> shift == index; i++) {
        Node.Slot tile = leaf.slot(i);
        Node.Slot copy = child.insert(child.size, tile.index);
        copy.summed = true;
        Node.merge(tile, copy.partials);
        Node.merge(tile, block.partials);
      }
      boolean open = child.last().index == newestTile;
      child.newest = open ? leaf.newest : codec.beginOf(child.last().index);
      block.summed = !open;
      Node below =
          child.size > shape.leafTiles() && shift > STEP ? split(to, child, shift - STEP) : child;
      save(to, shift, index, below);
    }
    return branch;
  }

  /**
   * Puts an event into the tree below a branch.
   *
   * @return whether the branch itself changed and is to be written
   */
  private boolean insert(
      Entries.Mutable to, Node branch, long tile, long time, @Nullable InputValue[] inputValues) {
    long index = tile >> branch.shift;
    int place = branch.find(index);
    if (place < 0) {
      begin(to, branch, ~place, tile, time, inputValues);
      return true;
    }
    Node.Slot block = branch.slot(place);
    boolean changed = block.summed;
    if (block.summed) {
      block.add(inputValues);
    }
    Node child = child(branch, block);
    if (child.isLeaf()) {
      child.add(tile, time, inputValues);
      if (child.size > shape.leafTiles() && branch.shift > STEP) {
        newestTile = Math.max(newestTile, tile);
        child = split(to, child, branch.shift - STEP);
        reshaped = true;
      }
      save(to, branch.shift, index, child);
    } else if (insert(to, child, tile, time, inputValues)) {
      save(to, branch.shift, index, child);
    }
    return changed;
  }

  /** Begins a block with the event as its first. */
  private void begin(
      Entries.Mutable to,
      Node branch,
      int place,
      long tile,
      long time,
      @Nullable InputValue[] inputValues) {
    boolean open = tile > newestTile;
    if (open && branch.size > 0) {
      sum(to, branch, branch.last());
    }
    long index = tile >> branch.shift;
    Node.Slot block = branch.insert(place, index);
    Node leaf = new Node(inputs, 0);
    leaf.newest = Long.MIN_VALUE;
    leaf.add(tile, time, inputValues);
    save(to, branch.shift, index, leaf);
    if (!open) {
      block.add(inputValues);
      block.summed = true;
    }
    reshaped = true;
  }

  /** Sums a block that is not summed yet, and those below it. */
  private void sum(Entries.Mutable to, Node branch, Node.Slot block) {
    if (block.summed) {
      return;
    }
    Node child = child(branch, block);
    boolean changed = false;
    block.clear();
    for (int i = 0; i < child.size; i++) {
      Node.Slot slot = child.slot(i);
      if (!slot.summed) {
        sum(to, child, slot);
        changed = true;
      }
      Node.merge(slot, block.partials);
    }
    block.summed = true;
    if (changed) {
      save(to, branch.shift, block.index, child);
    }
  }

  /**
   * Removes what is forgotten, by whole children, along the left edge.
   *
   * @return whether the branch changed and is to be written
   */
  private boolean forgetBlocks(Entries.Mutable to, Node branch, long lastForgotten) {
    int forgotten = 0;
    while (forgotten < branch.size && branch.lastTile(branch.slot(forgotten)) <= lastForgotten) {
      Node.Slot block = branch.slot(forgotten++);
      if (keepsPast) {
        sum(to, branch, block);
        Node.merge(block, past());
      }
      remove(to, branch, block);
    }
    branch.removeFirst(forgotten);
    if (branch.size == 0 || branch.firstTile(branch.slot(0)) > lastForgotten) {
      return forgotten > 0;
    }
    Node.Slot first = branch.slot(0);
    Node child = child(branch, first);
    if (child.isLeaf() || !forgetBlocks(to, child, lastForgotten)) {
      return forgotten > 0;
    }
    if (child.size == 0) {
      remove(to, branch, first, child);
      branch.removeFirst(1);
      return true;
    }
    save(to, branch.shift, first.index, child);
    boolean changed = forgotten > 0 || first.summed;
    first.summed = false;
    return changed;
  }

  private void remove(Entries.Mutable from, Node branch, Node.Slot block) {
    remove(from, branch, block, child(branch, block));
  }

  private void remove(Entries.Mutable from, Node branch, Node.Slot block, Node child) {
    for (int i = 0; i < child.size && !child.isLeaf(); i++) {
      remove(from, child, child.slot(i));
    }
    byte[] name = name(branch.shift, block.index);
    cache.remove(ByteBuffer.wrap(name));
    from.remove(name);
  }

  /** Makes a key that has become quiet one entry again. */
  private void joinRoot(Entries.Mutable to) {
    if (root.size > 1) {
      return;
    }
    Node only = child(root, root.last());
    if (only.isLeaf()) {
      remove(to, root, root.last());
      only.past = root.past;
      only.lastRemoved = root.lastRemoved;
      cache.remove(ByteBuffer.wrap(key));
      root = only;
    }
  }

  private void save(Entries.Mutable to, int shift, long index, Node node) {
    byte[] name = name(shift, index);
    to.put(name, codec.encode(node));
    cache.put(ByteBuffer.wrap(name), node);
  }

  private void saveRoot(Entries.Mutable to) {
    to.put(key, codec.encodeRoot(root));
    if (!root.isLeaf()) {
      cache.put(ByteBuffer.wrap(key), root);
    }
  }

  void forgetDecoded() {
    cache.clear();
  }

  static boolean isKey(byte[] name) {
    return name.length == 0 || name[0] != NO_KEY_BEGINS_SO;
  }

  /** Name of the entry of a block: sorts by key, then by the blocks' length, then by time. */
  private byte[] name(int shift, long index) {
    ByteBuffer name = ByteBuffer.allocate(key.length + 2 + 1 + Long.BYTES);
    name.put(NO_KEY_BEGINS_SO).put(key).put(NO_KEY_BEGINS_SO);
    name.put((byte) shift).putLong(index ^ Long.MIN_VALUE);
    return name.array();
  }
}
