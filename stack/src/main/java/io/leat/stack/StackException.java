package io.leat.stack;

import org.jspecify.annotations.Nullable;

/**
 * A process could not be started, or ended. The message is one sentence for the person who started
 * it: what was found, where, and what to do.
 */
public final class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Code {
    /** The distribution, or a part of it, is not where it should be. */
    NOT_BUILT,
    /** Another process listens on the port. */
    PORT_IN_USE,
    /** A directory cannot be made or written. */
    NOT_WRITABLE,
    /** Too little room is left on the disk. */
    DISK_FULL,
    /** Another process works in the same directory. */
    DIRECTORY_IN_USE,
    /** The process ended when it should have been running. */
    DIED,
    /** The process runs, but was not ready in time. */
    NOT_READY
  }

  private final Code code;

  public StackException(Code code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public StackException(Code code, String message) {
    this(code, message, null);
  }

  public Code code() {
    return code;
  }
}
