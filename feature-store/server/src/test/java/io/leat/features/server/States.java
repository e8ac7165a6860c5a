package io.leat.features.server;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import java.util.Objects;
import org.apache.avro.generic.GenericRecord;

/** States of one key of a view, as the online store would write them. */
final class States {
  private static final byte[] KEY = {'k'};

  private final ViewEngine engine;
  private final EntriesInMemory entries = new EntriesInMemory();

  States(FeatureView view, Contract source) {
    this.engine = new ViewEngine(view, source);
  }

  /** The state with one event more. */
  byte[] with(GenericRecord event) {
    engine.update(entries, KEY, event);
    return Objects.requireNonNull(entries.get(KEY));
  }
}
