package io.leat.drift.job;

/**
 * A part of a pane of a monitor's windows: some of its vectors, summarised.
 *
 * @param monitor name of the monitor
 * @param paneStart milliseconds since 1970-01-01 UTC
 * @param version number of the version whose profile it is summarised against; {@link
 *     Champions#UNKNOWN} where that is not known
 * @param reference fingerprint of the profile that it is summarised against
 * @param vectors how many vectors it is of
 * @param afterGap whether records before some of them were never read: the pane, and those before
 *     it that are open, may lack vectors
 * @param deadLetters how many dead letters it is of; such a part has no vectors and no summary
 * @param summary {@link io.leat.drift.WindowSummary#toBytes}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record WindowPart(
    String monitor,
    long paneStart,
    int version,
    String reference,
    long vectors,
    boolean afterGap,
    long deadLetters,
    byte[] summary) {
  private static final byte[] NO_SUMMARY = {};

  /** Of dead letters, which are of no version. */
  static WindowPart ofDeadLetters(String monitor, long paneStart, long deadLetters) {
    return new WindowPart(
        monitor, paneStart, Champions.UNKNOWN, "", 0, false, deadLetters, NO_SUMMARY);
  }
}
