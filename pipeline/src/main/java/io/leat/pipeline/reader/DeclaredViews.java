package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.yaml.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The views, of which several may have one name and versions of their own. A broken view keeps its
 * name, so that nothing that names it is reported in its stead.
 */
final class DeclaredViews implements Declarations<FeatureView> {
  private record Entry(String name, String place, Optional<FeatureView> view) {}

  private final List<Entry> entries = new ArrayList<>();
  private boolean incomplete;

  /**
   * A view as a service names it.
   *
   * @param version empty where the name alone is given
   */
  record Reference(String name, Optional<Integer> version) {
    /** Reads {@code view} or {@code view@2}; reports what is neither. */
    static Optional<Reference> read(Value place, String text) {
      int at = text.indexOf('@');
      if (at < 0) {
        return Optional.of(new Reference(text, Optional.empty()));
      }
      String version = text.substring(at + 1);
      if (!version.matches("[1-9]\\d{0,8}")) {
        place.problem(
            "%s: '%s' is no version of a view; expected a whole number, as in %s@2",
            text, version, text.substring(0, at));
        return Optional.empty();
      }
      return Optional.of(
          new Reference(text.substring(0, at), Optional.of(Integer.valueOf(version))));
    }
  }

  @Override
  public void add(Value place, String name, Optional<FeatureView> view) {
    Optional<Entry> earlier =
        entries.stream()
            .filter(entry -> view.isPresent() && entry.view().isPresent())
            .filter(entry -> entry.view().get().id().equals(view.get().id()))
            .findFirst();
    if (earlier.isPresent()) {
      place.problem(
          "view %s, version %d, is declared twice; first at %s",
          name, view.orElseThrow().version(), earlier.get().place());
    } else {
      entries.add(new Entry(name, place.file() + ":" + place.line(), view));
    }
  }

  @Override
  public void missOne() {
    incomplete = true;
  }

  /**
   * The view that is meant; reports, where it stands, a name or version that nothing declares, and
   * a name alone that stands for several versions.
   *
   * @param rest what stands behind the view in the reference: {@code .*}; may be empty
   */
  Optional<FeatureView> find(Value place, Reference reference, String rest) {
    List<FeatureView> versions = versions(reference.name());
    if (versions.isEmpty()) {
      if (!incomplete && !broken().contains(reference.name())) {
        Set<String> names =
            entries.stream().map(Entry::name).collect(Collectors.toCollection(TreeSet::new));
        place.problem(
            "no view %s; %s.%s",
            reference.name(),
            names.isEmpty()
                ? "the pipeline declares none"
                : "declared are " + String.join(", ", names),
            Suggestions.didYouMean(reference.name(), names));
      }
      return Optional.empty();
    }
    Optional<FeatureView> found =
        versions.stream()
            .filter(v -> reference.version().isEmpty() || reference.version().get() == v.version())
            .findFirst();
    boolean doubtful = broken().contains(reference.name());
    if (reference.version().isEmpty() && (versions.size() > 1 || doubtful)) {
      if (!doubtful) {
        place.problem(
            "the view %s has %s; say %s",
            reference.name(),
            describe(versions),
            versions.stream().map(v -> v.id() + rest).collect(Collectors.joining(" or ")));
      }
      return Optional.empty();
    }
    if (found.isEmpty() && !doubtful) {
      place.problem(
          "the view %s has no version %d; it has %s",
          reference.name(), reference.version().orElseThrow(), describe(versions));
    }
    return found;
  }

  /** {@code version 1}, {@code versions 1, 2 and 3}. */
  static String describe(List<FeatureView> versions) {
    List<String> numbers = versions.stream().map(v -> "" + v.version()).toList();
    int last = numbers.size() - 1;
    return last == 0
        ? "version " + numbers.get(0)
        : "versions " + String.join(", ", numbers.subList(0, last)) + " and " + numbers.get(last);
  }

  /** The versions of a view that are not broken, ascending. */
  List<FeatureView> versions(String name) {
    return all().stream()
        .filter(view -> view.name().equals(name))
        .sorted(Comparator.comparingInt(FeatureView::version))
        .toList();
  }

  /** Names of the views of which some version is broken. */
  Set<String> broken() {
    return entries.stream()
        .filter(entry -> entry.view().isEmpty())
        .map(Entry::name)
        .collect(Collectors.toSet());
  }

  /** The views that are not broken, in the order in which they were added. */
  List<FeatureView> all() {
    return entries.stream().flatMap(entry -> entry.view().stream()).toList();
  }
}
