package io.leat.performance;

import io.leat.models.registry.KnownWorth;

/** What was known of the versions of models when they were published. */
@FunctionalInterface
interface Versions {
  /** What was known of a version; {@link KnownWorth#NONE} of one that was not published. */
  KnownWorth worth(String model, int number);
}
