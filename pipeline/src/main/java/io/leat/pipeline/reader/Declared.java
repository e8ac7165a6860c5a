package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.yaml.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The definitions of one kind, by name. A broken definition keeps its name, so that nothing that
 * names it is reported in its stead.
 */
final class Declared<T> implements Declarations<T> {
  private record Entry<T>(String place, Optional<T> definition) {}

  private final String kind;
  private final Map<String, Entry<T>> entries = new LinkedHashMap<>();
  private boolean incomplete;

  /**
   * @param kind what the definitions are: {@code view}
   */
  Declared(String kind) {
    this.kind = kind;
  }

  @Override
  public void add(Value place, String name, Optional<T> definition) {
    Entry<T> entry = new Entry<>(place.file() + ":" + place.line(), definition);
    Entry<T> earlier = entries.putIfAbsent(name, entry);
    if (earlier != null) {
      place.problem("%s %s is declared twice; first at %s", kind, name, earlier.place());
    }
  }

  @Override
  public void missOne() {
    incomplete = true;
  }

  /** The definition of that name; reports, where it stands, a name that nothing declares. */
  Optional<T> find(Value reference, String name) {
    Entry<T> entry = entries.get(name);
    if (entry == null) {
      if (!incomplete) {
        reference.problem(
            "no %s %s; %s.%s",
            kind,
            name,
            entries.isEmpty()
                ? "the pipeline declares none"
                : "declared are " + String.join(", ", entries.keySet()),
            Suggestions.didYouMean(name, entries.keySet()));
      }
      return Optional.empty();
    }
    return entry.definition();
  }

  /** As {@link #find}, without a report. */
  Optional<T> get(String name) {
    return Optional.ofNullable(entries.get(name)).flatMap(Entry::definition);
  }

  /** The definitions that are not broken, in the order in which they were added. */
  List<T> all() {
    return entries.values().stream().flatMap(entry -> entry.definition().stream()).toList();
  }
}
