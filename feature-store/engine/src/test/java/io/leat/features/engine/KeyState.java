package io.leat.features.engine;

import static io.leat.features.engine.Fixtures.READING;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.leat.pipeline.FeatureView;
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

  KeyState(FeatureView view) {
    this(new ViewEngine(view, READING));
  }

  KeyState(ViewEngine engine) {
    this.engine = engine;
  }

  /** Whether the event was late. */
  boolean update(GenericRecord event, String id, long time) {
    return engine.update(entries, KEY, event, id, time);
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

  @Nullable Object[] evaluate(long time) {
    return NullReason.plain(Arrays.asList(valuesOrReasons(time))).toArray();
  }

  Object[] valuesOrReasons(long time) {
    return engine.evaluate(entries, KEY, time);
  }
}
