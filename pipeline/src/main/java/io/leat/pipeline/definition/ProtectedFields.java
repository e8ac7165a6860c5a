package io.leat.pipeline.definition;

import io.leat.pipeline.definition.FieldTags.Place;
import io.leat.pipeline.definition.Protection.Method;
import io.leat.pipeline.definition.Protection.Target;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * Which single fields a contract's protections come down to. A protected record is protected field
 * by field; where several protections name one field, the first counts.
 */
public final class ProtectedFields {
  private ProtectedFields() {}

  /**
   * Path of each protected field to its protection.
   *
   * @param eventTime field that says when an event happened: nothing may change it
   * @param joined fields that name an event or key it: equal values must stay equal
   * @param problems takes a sentence for each protection that cannot be
   */
  public static Map<String, Protection> of(
      List<Protection> protections,
      FieldTags tags,
      String eventTime,
      List<String> joined,
      Consumer<String> problems) {
    Map<String, Protection> fields = new LinkedHashMap<>();
    for (Protection protection : protections) {
      for (Place target : targets(protection.target(), tags)) {
        for (Place leaf : leaves(target, tags)) {
          if (fields.putIfAbsent(leaf.path(), protection) == null) {
            check(leaf, protection, eventTime, joined, problems);
          }
        }
      }
    }
    return fields;
  }

  private static List<Place> targets(Target target, FieldTags tags) {
    if (target instanceof Target.Tag tag) {
      return tags.tagged(tag.tag());
    }
    String path = ((Target.Field) target).path();
    return tags.places().stream().filter(place -> place.path().equals(path)).toList();
  }

  /** The fields below one that are no records themselves; the field itself where it has none. */
  private static List<Place> leaves(Place place, FieldTags tags) {
    List<Place> below =
        tags.places().stream().filter(p -> p.path().startsWith(place.path() + ".")).toList();
    if (below.isEmpty()) {
      return List.of(place);
    }
    return below.stream()
        .filter(
            leaf -> tags.places().stream().noneMatch(p -> p.path().startsWith(leaf.path() + ".")))
        .toList();
  }

  private static void check(
      Place place,
      Protection protection,
      String eventTime,
      List<String> joined,
      Consumer<String> problems) {
    String path = place.path();
    Method method = protection.method();
    if (path.equals(eventTime)) {
      problems.accept(
          "%s protects %s, the event's time, which everything behind ingestion needs as it is"
              .formatted(protection.target(), path));
      return;
    }
    if (joined.contains(path) && method != Method.HMAC) {
      problems.accept(
          "%s protects %s, which names or keys the event, with %s; only hmac keeps equal values equal"
              .formatted(protection.target(), path, name(method)));
      return;
    }
    boolean text = isText(place.schema());
    switch (method) {
      case HMAC, ENCRYPT, TRUNCATE -> {
        if (!text) {
          problems.accept(
              "%s protects %s, of type %s, with %s; that takes a string%s. Use redact or drop, or make it a string"
                  .formatted(
                      protection.target(),
                      path,
                      place.schema().getType().getName(),
                      name(method),
                      " or bytes, or lists or maps of these"));
        }
      }
      case REDACT, DROP -> {
        boolean redactable = method == Method.REDACT && text;
        if (!redactable && !place.isNullable() && !place.field().hasDefaultValue()) {
          problems.accept(
              "%s protects %s with %s; it needs to be nullable or to have a default, which would take the value's place"
                  .formatted(protection.target(), path, name(method)));
        }
      }
    }
  }

  /** Whether values are strings or bytes, or lists or maps of these. */
  public static boolean isText(Schema schema) {
    return switch (schema.getType()) {
      // What takes the place of a UUID or a decimal would be none.
      case STRING, BYTES -> schema.getLogicalType() == null;
      case ARRAY -> isText(schema.getElementType());
      case MAP -> isText(schema.getValueType());
      case UNION ->
          schema.getTypes().stream()
              .allMatch(type -> type.getType() == Schema.Type.NULL || isText(type));
      case RECORD, ENUM, FIXED, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> false;
    };
  }

  private static String name(Method method) {
    return method.name().toLowerCase(java.util.Locale.ROOT);
  }
}
