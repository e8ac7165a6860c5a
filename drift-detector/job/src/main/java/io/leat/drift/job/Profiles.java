package io.leat.drift.job;

import java.io.Serializable;
import java.util.Optional;

/** The reference profiles that versions of models were published with. */
@FunctionalInterface
interface Profiles extends Serializable {
  /**
   * That of a version; empty where it was published without, or is not known.
   *
   * @throws io.leat.common.LeatException if the registry or the store does not answer, or does not
   *     have what was published
   */
  Optional<byte[]> of(String model, int number);
}
