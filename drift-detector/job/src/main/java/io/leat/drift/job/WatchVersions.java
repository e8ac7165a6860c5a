package io.leat.drift.job;

import io.leat.common.LeatException;
import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfileException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A monitor as it goes by the profiles of its model's versions: what a version said, and vectors
 * while it was the champion, are compared with what it was trained on. Of a version that brought no
 * profile, or one that the monitor cannot be evaluated by, with the profile that the job began
 * with. Owned by one task's thread.
 */
final class WatchVersions {
  private static final Logger log = LoggerFactory.getLogger(WatchVersions.class);

  /** So many are kept; a replay meets one after the other. */
  private static final int MOST_KEPT = 4;

  private final Watch watch;
  private final Profiles profiles;
  private final Counter refused;
  private final DriftDetector own;
  private final Map<Integer, DriftDetector> byNumber = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Integer> unread = new HashSet<>();

  /**
   * @param refused counts profiles that the monitor cannot go by
   */
  WatchVersions(Watch watch, Profiles profiles, Counter refused) {
    this.watch = watch;
    this.profiles = profiles;
    this.refused = refused;
    this.own = watch.detector();
  }

  Watch watch() {
    return watch;
  }

  /** By the profile that the job began with: for what is the same by all. */
  DriftDetector own() {
    return own;
  }

  /**
   * @param number of the version; {@link Champions#UNKNOWN} where it is not known
   */
  DriftDetector of(int number) {
    if (number == Champions.UNKNOWN || number == watch.number()) {
      return own;
    }
    DriftDetector known = byNumber.get(number);
    if (known == null) {
      known = open(number);
      byNumber.put(number, known);
      if (byNumber.size() > MOST_KEPT) {
        byNumber.remove(byNumber.keySet().iterator().next());
      }
    }
    return known;
  }

  /**
   * Asks again, when next there is need, for what could not be read.
   *
   * @return whether there is such
   */
  boolean askAgain() {
    boolean some = byNumber.keySet().removeAll(unread);
    unread.clear();
    return some;
  }

  private DriftDetector open(int number) {
    String model = watch.monitor().model();
    try {
      Optional<byte[]> brought = profiles.of(model, number);
      if (brought.isEmpty()) {
        log.warn(
            "Version {} of model {} was published without a reference profile: monitor {} compares what is of it with the profile that the job began with.",
            number,
            model,
            watch.monitor().name());
        return own;
      }
      DriftDetector detector = watch.detector(brought.get(), own);
      log.info(
          "Monitor {} compares what is of version {} of model {} with the reference profile {} that it brought",
          watch.monitor().name(),
          number,
          model,
          detector.reference());
      return detector;
    } catch (ReferenceProfileException e) {
      refused.inc();
      log.warn(
          "Monitor {} compares what is of version {} of model {} with the profile that the job began with, not with that which it brought: {}",
          watch.monitor().name(),
          number,
          model,
          e.getMessage());
    } catch (LeatException e) {
      refused.inc();
      unread.add(number);
      log.warn(
          "The reference profile of version {} of model {} cannot be read, and is asked for again; till then monitor {} compares what is of it with the profile that the job began with: {}",
          number,
          model,
          watch.monitor().name(),
          e.getMessage());
    }
    return own;
  }
}
