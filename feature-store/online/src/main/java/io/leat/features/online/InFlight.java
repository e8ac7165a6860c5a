package io.leat.features.online;

import org.apache.avro.generic.GenericRecord;

/**
 * An envelope within one task, with its event decoded and its headers read.
 *
 * @param way what the next stage is to do with it; says nothing behind that stage
 */
record InFlight(Envelope envelope, GenericRecord event, EventHeaders headers, Way way) {
  /** Where an event goes before a stage. */
  enum Way {
    /** To the stage: it is in the partition of its entity key. */
    HERE,
    /** To the partition of its entity key, re-keyed, and to the stage there. */
    HOP,
    /** Past the stage: it has no key of this entity. */
    PAST
  }

  InFlight to(Way next) {
    return new InFlight(envelope, event, headers, next);
  }

  InFlight with(Envelope changed) {
    return new InFlight(changed, event, headers, way);
  }
}
