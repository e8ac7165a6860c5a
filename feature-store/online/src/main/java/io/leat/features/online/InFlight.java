package io.leat.features.online;

import org.apache.avro.generic.GenericRecord;

/**
 * An envelope within one task, with its event decoded.
 *
 * @param way what the next stage is to do with it; says nothing behind that stage
 */
record InFlight(Envelope envelope, GenericRecord event, Way way) {
  /** Where an event goes before a stage. */
  enum Way {
    /** It is in the partition of its entity key. */
    HERE,
    /** Its entity key belongs to another partition: it is re-keyed. */
    HOP,
    /** It has no key of this entity: the stage has nothing to say of it. */
    PAST
  }

  InFlight to(Way next) {
    return new InFlight(envelope, event, next);
  }

  InFlight with(Envelope changed) {
    return new InFlight(changed, event, way);
  }
}
