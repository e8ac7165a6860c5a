package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.drift.ReferenceProfileException;
import io.leat.pipeline.definition.Monitor;
import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;

/**
 * A monitor and the profile that the job began with, in a form that travels with operators.
 *
 * @param profile {@link ReferenceProfile#toJson}
 * @param number of the version that brought the profile; {@link Champions#UNKNOWN} of that in the
 *     pipeline's folder
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Watch(Monitor monitor, byte[] profile, int number) implements Serializable {
  private static final long serialVersionUID = 1L;

  DriftDetector detector() {
    return new DriftDetector(monitor, ReferenceProfile.parse(profile));
  }

  /**
   * The monitor by the profile that another version brought.
   *
   * @param own {@link #detector}
   * @throws ReferenceProfileException if the monitor cannot be evaluated by it
   */
  DriftDetector detector(byte[] brought, DriftDetector own) {
    ReferenceProfile found = ReferenceProfile.parse(brought);
    String definition = own.definition();
    if (!found.definition().equals(definition)) {
      throw new ReferenceProfileException(
          "it is of the service's definition %s, not %s".formatted(found.definition(), definition));
    }
    DriftDetector detector = new DriftDetector(monitor, found);
    Set<String> columns = columns(detector);
    columns.removeAll(columns(own));
    if (!columns.isEmpty()) {
      throw new ReferenceProfileException(
          "it watches also " + columns + ", which the job has not read since it began");
    }
    return detector;
  }

  private static Set<String> columns(DriftDetector detector) {
    Set<String> columns = new TreeSet<>(detector.features());
    columns.addAll(detector.outputs());
    return columns;
  }
}
