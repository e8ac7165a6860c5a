package io.leat.pipeline.definition;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;

/**
 * The fields of a schema, by path, each with its tags.
 *
 * <p>A path is the field's names with dots, through records that lie in records, lists, maps and
 * unions: {@code address.street}. Tags come from {@code confluent:tags} of the schema, from the
 * contract and from a rule set's metadata, where {@code *} stands for one name and {@code **} for
 * any number of them (Confluent's wildcards), matched against {@code namespace.Record.field} and
 * {@code Record.field}.
 */
public final class FieldTags {
  /** The field property that Confluent's registry and clients read. */
  public static final String PROPERTY = "confluent:tags";

  /**
   * A field anywhere in a schema.
   *
   * @param path the names that lead there
   * @param fullName name of its record with namespace, a dot, its name
   * @param schema its schema, the other branch where it is a union of something and null
   */
  public record Place(String path, String fullName, Schema.Field field, Schema schema) {
    public boolean isNullable() {
      return field.schema().isNullable();
    }
  }

  private final Map<String, Place> places;
  private final Map<String, Set<String>> tags;

  private FieldTags(Map<String, Place> places, Map<String, Set<String>> tags) {
    this.places = places;
    this.tags = tags;
  }

  /** The tags that a schema itself holds. */
  public static FieldTags of(Schema schema) {
    Map<String, Place> places = new LinkedHashMap<>();
    collect(schema, "", new ArrayList<>(), places);
    Map<String, Set<String>> tags = new HashMap<>();
    places
        .values()
        .forEach(
            place -> {
              if (place.field().getObjectProp(PROPERTY) instanceof Iterable<?> names) {
                names.forEach(name -> add(tags, place.path(), String.valueOf(name)));
              }
            });
    return new FieldTags(places, tags);
  }

  /** These tags and those of a contract: path to tags; a path that is no field is left out. */
  public FieldTags and(Map<String, ? extends Set<String>> byPath) {
    FieldTags both = copy();
    byPath.forEach(
        (path, names) -> {
          if (places.containsKey(path)) {
            names.forEach(name -> add(both.tags, path, name));
          }
        });
    return both;
  }

  /** These tags and those of a rule set's metadata: wildcard pattern to tags. */
  public FieldTags andMatching(Map<String, ? extends Set<String>> byPattern) {
    FieldTags both = copy();
    byPattern.forEach(
        (pattern, names) -> {
          Pattern wanted = Pattern.compile(wildcard(pattern));
          for (Place place : places.values()) {
            String full = place.fullName();
            String record = full.substring(0, full.lastIndexOf('.'));
            String simple = full.substring(record.lastIndexOf('.') + 1);
            if (wanted.matcher(full).matches() || wanted.matcher(simple).matches()) {
              names.forEach(name -> add(both.tags, place.path(), name));
            }
          }
        });
    return both;
  }

  /** Every field, in the schema's order, a record before its own fields. */
  public List<Place> places() {
    return List.copyOf(places.values());
  }

  /** The tags of a field; none where it has none. */
  public Set<String> tags(String path) {
    return tags.getOrDefault(path, Set.of());
  }

  /** The fields that bear a tag. */
  public List<Place> tagged(String tag) {
    return places.values().stream().filter(place -> tags(place.path()).contains(tag)).toList();
  }

  private FieldTags copy() {
    Map<String, Set<String>> copy = new HashMap<>();
    tags.forEach((path, names) -> copy.put(path, new TreeSet<>(names)));
    return new FieldTags(places, copy);
  }

  private static void add(Map<String, Set<String>> tags, String path, String name) {
    tags.computeIfAbsent(path, p -> new TreeSet<>()).add(name);
  }

  /** A record that contains itself is gone into once. */
  private static void collect(
      Schema schema, String prefix, List<String> within, Map<String, Place> places) {
    switch (schema.getType()) {
      case RECORD -> {
        if (within.contains(schema.getFullName())) {
          return;
        }
        within.add(schema.getFullName());
        for (Schema.Field field : schema.getFields()) {
          String path = prefix + field.name();
          places.put(
              path,
              new Place(
                  path,
                  schema.getFullName() + "." + field.name(),
                  field,
                  withoutNull(field.schema())));
          collect(field.schema(), path + ".", within, places);
        }
        within.remove(within.size() - 1);
      }
      case ARRAY -> collect(schema.getElementType(), prefix, within, places);
      case MAP -> collect(schema.getValueType(), prefix, within, places);
      case UNION -> schema.getTypes().forEach(type -> collect(type, prefix, within, places));
      case ENUM, FIXED, STRING, BYTES, INT, LONG, FLOAT, DOUBLE, BOOLEAN, NULL -> {}
    }
  }

  private static Schema withoutNull(Schema schema) {
    if (schema.getType() != Schema.Type.UNION || !schema.isNullable()) {
      return schema;
    }
    List<Schema> others =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return others.size() == 1 ? others.get(0) : schema;
  }

  private static String wildcard(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.startsWith("**", i)) {
        regex.append(".*");
        i++;
      } else if (pattern.charAt(i) == '*') {
        regex.append("[^.]*");
      } else if (pattern.charAt(i) == '?') {
        regex.append("[^.]");
      } else {
        regex.append(Pattern.quote(String.valueOf(pattern.charAt(i))));
      }
    }
    return regex.toString();
  }
}
