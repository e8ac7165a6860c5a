package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READINGS;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureView;
import io.leat.schemas.NullReason;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** An engine at work on one key. */
final class KeyState {
  static final byte[] KEY = "meter 7".getBytes(UTF_8);

  final EntriesInMemory entries = new EntriesInMemory();
  final ViewEngine engine;
  private final EventIdentity identity;

  KeyState(FeatureView view) {
    this(new ViewEngine(view, READINGS));
  }

  KeyState(ViewEngine engine) {
    this(engine, READINGS);
  }

  KeyState(ViewEngine engine, Contract source) {
    this.engine = engine;
    this.identity = new EventIdentity(source);
  }

  /**
   * Whether the event was late.
   *
   * @param time in the contract's unit
   */
  boolean update(GenericRecord event, Object id, long time) {
    return engine.update(entries, KEY, identified(event, id, time));
  }

  /** The event with an id and a time, as far as it has fields for them. */
  static GenericRecord identified(GenericRecord event, Object id, long time) {
    if (event.hasField("id")) {
      event.put("id", id);
      event.put("at", time);
    }
    return event;
  }

  /** Every entry, its name and its bytes in hex. */
  Map<String, String> content() {
    Map<String, String> content = new TreeMap<>();
    entries
        .asMap()
        .forEach(
            (name, bytes) ->
                content.put(
                    HexFormat.of().formatHex(name.array()), HexFormat.of().formatHex(bytes)));
    return content;
  }

  /**
   * @param time in the contract's unit
   */
  @Nullable Object[] evaluate(long time) {
    return NullReason.plain(Arrays.asList(valuesOrReasons(time))).toArray();
  }

  /** As {@link #evaluate}, with the reasons for nulls. */
  Object[] valuesOrReasons(long time) {
    return engine.evaluate(entries, KEY, identity.toMicros(time));
  }
}
