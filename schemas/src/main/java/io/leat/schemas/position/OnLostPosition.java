package io.leat.schemas.position;

import io.leat.common.ErrorCode;
import io.leat.common.LeatException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a reader goes on whose position in a log is lost. */
public enum OnLostPosition {
  /** Nowhere: it stops there and says so. */
  stop,

  /**
   * At the position that the log has and that is nearest: its first record where older ones were
   * deleted, its end or the place where it was cut off where its tail was lost. Nothing is read
   * twice.
   */
  nearest,

  /** At the log's first record: what is still there of what was read is read again. */
  earliest,

  /** At the log's end: what is there is passed over. */
  latest;

  /** The environment variable that says which. */
  public static final String VARIABLE = "LEAT_ON_LOST_POSITION";

  /**
   * What the environment says; {@link #stop} where it says nothing.
   *
   * @throws LeatException with one sentence if it says something else
   */
  public static OnLostPosition ofEnvironment() {
    String text = System.getenv(VARIABLE);
    return text == null || text.isBlank() ? stop : parse(text);
  }

  /**
   * One of the names, in any case.
   *
   * @throws LeatException with one sentence if it is none of them
   */
  static OnLostPosition parse(String text) {
    return Arrays.stream(values())
        .filter(one -> one.name().equals(text.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new LeatException(
                    ErrorCode.SETTING,
                    "%s is '%s'; expected one of %s."
                        .formatted(
                            VARIABLE,
                            text,
                            Arrays.stream(values())
                                .map(Enum::name)
                                .collect(Collectors.joining(", ")))));
  }
}
