package io.leat.features.server;

import io.leat.features.engine.EntriesInMemory;
import io.leat.features.engine.ViewEngine;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/**
 * States of keys after payments: half of them within the hour, the others hours ago, so that none
 * leaves a window while a benchmark runs. One thread's.
 */
public final class PaymentStates {
  private static final byte[] KEY = {'k'};
  private static final long MINUTE = 60_000;

  /** The newer half of a key's events are from so long ago until now, ... */
  private static final long NEW = 30 * MINUTE;

  /** ... the older half between these. */
  private static final long OLD = 20 * 60 * MINUTE;

  private static final long MIDDLE = 2 * 60 * MINUTE;

  private final ViewEngine engine;
  private final Schema schema;
  private final String keyField;
  private long payments;

  public PaymentStates(FeatureView view, Contract source) {
    this.engine = new ViewEngine(view, source);
    this.schema = source.schema();
    this.keyField = view.entity().key();
  }

  /** The state of a key that has had some events by now. */
  public byte[] state(String key, int events, long now) {
    EntriesInMemory entries = new EntriesInMemory();
    for (int i = 0; i < events; i++) {
      long ago =
          i % 2 == 0
              ? NEW * (i + 1) / (events + 1)
              : MIDDLE + (OLD - MIDDLE) * (i + 1) / (events + 1);
      engine.update(entries, KEY, payment(key, now - ago));
    }
    return only(entries);
  }

  /** A state after one more event. */
  public byte[] next(byte[] state, String key, long now) {
    EntriesInMemory entries = new EntriesInMemory();
    entries.put(KEY, state);
    engine.update(entries, KEY, payment(key, now));
    return only(entries);
  }

  /** The features of a key now, as a store of ready vectors has them: see {@link VectorBytes}. */
  public byte[] vector(byte[] state, long now) {
    Object[] values = engine.evaluate(name -> name == KEY ? state : null, KEY, now * 1_000);
    return VectorBytes.of(values, engine.newestEventTime());
  }

  /** Keys of a few events have one entry; more than that is another benchmark. */
  private static byte[] only(EntriesInMemory entries) {
    byte[] state = entries.get(KEY);
    if (state == null || entries.asMap().size() != 1) {
      throw new IllegalArgumentException(
          "a state of %d entries; expected one".formatted(entries.asMap().size()));
    }
    return state;
  }

  private GenericRecord payment(String key, long time) {
    GenericRecord payment = new GenericData.Record(schema);
    payment.put("payment_id", payments++);
    payment.put("paid_at", time);
    payment.put("customer_id", "");
    payment.put("terminal_id", "");
    payment.put(keyField, key);
    payment.put("amount", (payments * 7_919 % 100_000) / 100.0);
    return payment;
  }
}
