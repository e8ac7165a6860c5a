package io.leat.schemas;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Why a feature has no value. Where values are made and handed on, the reason stands in the value's
 * place ({@link #joined}); where a null is wanted, as in a vector, the reasons lie beside the
 * values ({@link #plain}, {@link #codes}).
 *
 * <p>Codes and texts are written to topics and tables, and are never used for anything else.
 */
public enum NullReason {
  /** None was given, as by earlier releases, or one that this release does not know. */
  UNSTATED(0, Knowledge.UNKNOWN),
  /** No event in the window, or none with a value that counts. */
  NO_EVENT(1, Knowledge.KNOWN),
  /** {@code latest}: the newest event of the window has null, or a number that is not finite. */
  NULL_IN_NEWEST_EVENT(2, Knowledge.KNOWN),
  /** Fewer values in the window than the function needs, as a variance needs two. */
  TOO_FEW_VALUES(3, Knowledge.KNOWN),
  /** More different values in the window than the function counts. */
  TOO_MANY_VALUES(4, Knowledge.KNOWN),
  /** The value is not finite, or no double holds it or what it is computed by. */
  NOT_FINITE(5, Knowledge.KNOWN),
  /** The event that the vector is of has null in a field that the feature needs. */
  NULL_IN_EVENT(6, Knowledge.KNOWN),
  /** The event has no key for the view's entity: it is about no such entity. */
  NO_KEY(7, Knowledge.KNOWN),
  /** The expression has no value: a whole number divided by zero, an overflow. */
  NO_RESULT(8, Knowledge.KNOWN),
  /** The window reaches back to events that are not kept any more. */
  NOT_KEPT(32, Knowledge.UNKNOWN),
  /** The time itself lies before all that is kept: an event of that time comes too late. */
  LATE(33, Knowledge.UNKNOWN),
  /** The view waits for its backfill. */
  NOT_YET(34, Knowledge.UNKNOWN),
  /**
   * The window reaches back to where states of idle keys have been removed: the key may have had
   * events there.
   */
  REMOVED(35, Knowledge.UNKNOWN);

  private enum Knowledge {
    KNOWN,
    UNKNOWN
  }

  private static final NullReason[] BY_CODE = byCode();

  private final byte code;
  private final String text;
  private final boolean unknown;

  NullReason(int code, Knowledge knowledge) {
    this.code = (byte) code;
    this.text = name().toLowerCase(Locale.ROOT);
    this.unknown = knowledge == Knowledge.UNKNOWN;
  }

  private static NullReason[] byCode() {
    NullReason[] reasons = new NullReason[Byte.MAX_VALUE + 1];
    Arrays.fill(reasons, UNSTATED);
    for (NullReason reason : values()) {
      reasons[reason.code] = reason;
    }
    return reasons;
  }

  /**
   * Whether what the value would be is not known, as against known not to be there. What is derived
   * of it is not known either, whatever an expression would make of a null.
   */
  public boolean isUnknown() {
    return unknown;
  }

  /** The code in topics, from 0 to 127. */
  public byte code() {
    return code;
  }

  /** The text in tables and answers: {@code not_kept}. */
  public String text() {
    return text;
  }

  /** The reason of a code; {@link #UNSTATED} of one that this release does not know. */
  public static NullReason of(byte code) {
    return code < 0 ? UNSTATED : BY_CODE[code];
  }

  /** The reason of a text; empty of one that this release does not know. */
  public static Optional<NullReason> of(String text) {
    for (NullReason reason : values()) {
      if (reason.text.equals(text)) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  /** The value, or null where a reason stands in its place. */
  public static @Nullable Object orNull(Object valueOrReason) {
    return valueOrReason instanceof NullReason ? null : valueOrReason;
  }

  /** The values, null where a reason stands in their place. */
  public static List<@Nullable Object> plain(List<?> valuesOrReasons) {
    List<@Nullable Object> values = new ArrayList<>(valuesOrReasons.size());
    for (Object value : valuesOrReasons) {
      values.add(orNull(value));
    }
    return values;
  }

  /** The codes of the reasons among the values, in their order: one a null. */
  public static ByteBuffer codes(List<?> valuesOrReasons) {
    int nulls = 0;
    for (Object value : valuesOrReasons) {
      nulls += value instanceof NullReason ? 1 : 0;
    }
    ByteBuffer codes = ByteBuffer.allocate(nulls);
    for (Object value : valuesOrReasons) {
      if (value instanceof NullReason reason) {
        codes.put(reason.code);
      }
    }
    return codes.flip();
  }

  /**
   * Values with their reasons in the place of nulls: what {@link #plain} and {@link #codes} were
   * made of.
   *
   * @param codes one a null; {@link #UNSTATED} stands for those that are missing
   */
  public static List<Object> joined(List<? extends @Nullable Object> values, ByteBuffer codes) {
    List<Object> joined = new ArrayList<>(values.size());
    int next = codes.position();
    for (Object value : values) {
      if (value != null) {
        joined.add(value);
      } else {
        joined.add(next < codes.limit() ? of(codes.get(next)) : UNSTATED);
        next++;
      }
    }
    return joined;
  }

  @Override
  public String toString() {
    return text;
  }
}
