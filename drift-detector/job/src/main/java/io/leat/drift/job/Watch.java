package io.leat.drift.job;

import io.leat.drift.DriftDetector;
import io.leat.drift.ReferenceProfile;
import io.leat.pipeline.definition.Monitor;
import java.io.Serializable;

/**
 * A monitor and the profile it compares with, in a form that travels with operators.
 *
 * @param profile {@link ReferenceProfile#toJson}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Watch(Monitor monitor, byte[] profile) implements Serializable {
  private static final long serialVersionUID = 1L;

  DriftDetector detector() {
    return new DriftDetector(monitor, ReferenceProfile.parse(profile));
  }
}
