package io.leat.schemas;

/**
 * How deep a value may be: records, lists and maps within one another, the outermost among them
 * (unions count for nothing). One bound for every format and every stage, so that what ingestion
 * passes no later stage refuses.
 *
 * <p>Readers and writers of nested values call themselves once a level, some with a dozen frames a
 * level; the bound is far below what a thread's stack of half a megabyte holds of any of them. It
 * is the one that Protocol Buffers' readers have by default.
 */
public final class Nesting {
  /** Levels of the deepest value that is taken; a flat record has one. */
  public static final int MOST_LEVELS = 100;

  private Nesting() {}
}
