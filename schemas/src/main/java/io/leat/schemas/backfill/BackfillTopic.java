package io.leat.schemas.backfill;

/** Name and limits of a view's backfill topic. */
public final class BackfillTopic {
  /**
   * The largest entry of a state that can be kept, 16 MiB. Parts of a state are some kilobytes, but
   * for functions that keep many values: 16 blocks of 4,096 different texts each, of {@code top_k}.
   */
  public static final int LARGEST_ENTRY = 16 << 20;

  private static final String JOB = "-features";

  private BackfillTopic() {}

  /** {@code <pipeline>-features-<view>-v<version>-backfill}, beside the store's changelog. */
  public static String name(String pipeline, String view, int version) {
    return group(pipeline) + "-" + view + "-v" + version + "-backfill";
  }

  /** Consumer group of the online store that takes it in. */
  public static String group(String pipeline) {
    return pipeline + JOB;
  }
}
