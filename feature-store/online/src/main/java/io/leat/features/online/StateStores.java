package io.leat.features.online;

import io.leat.pipeline.definition.FeatureView;
import io.micrometer.core.instrument.Tags;

/** Names of the stores that hold the views' state, and of the topics that repeat it. */
public final class StateStores {
  /** Name of the job; with the pipeline's name before it, its application id. */
  public static final String JOB = "features";

  /** Parts of busy keys' states that a view's engine keeps decoded: some 10 MB a task. */
  static final int CACHED_NODES = 1_024;

  private StateStores() {}

  /** Name of a view's store: {@code <view>-v<version>}. */
  public static String name(FeatureView view) {
    return view.name() + "-v" + view.version();
  }

  /** Compacted topic that holds the newest state of every key of a view. */
  public static String changelog(String pipeline, FeatureView view) {
    return pipeline + "-" + JOB + "-" + name(view) + "-changelog";
  }

  /** The tags by which metrics tell views and their versions apart. */
  public static Tags tags(FeatureView view) {
    return Tags.of("view", view.name(), "version", Integer.toString(view.version()));
  }
}
