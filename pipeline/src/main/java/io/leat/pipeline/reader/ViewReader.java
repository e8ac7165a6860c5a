package io.leat.pipeline.reader;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Durations;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService.DerivedFeature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.FeatureView.Aggregation;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.definition.Window;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code features/*.yaml}: feature views. */
public final class ViewReader {
  public static final Keys KEYS =
      Keys.of("a view")
          .requires("view", "version", "entity", "source", "windows", "aggregations")
          .allows("description", "resolution", "offset", "grace", "backfill", "derived");

  static final Duration DEFAULT_GRACE = Duration.ofDays(1);

  /** Names that expressions cannot use for a view. */
  private static final Set<String> RESERVED =
      Set.of(
          "event",
          "score",
          "as",
          "break",
          "const",
          "continue",
          "else",
          "false",
          "for",
          "function",
          "if",
          "import",
          "in",
          "let",
          "loop",
          "namespace",
          "null",
          "package",
          "return",
          "true",
          "var",
          "void",
          "while");

  private final Folder folder;
  private final Declared<Entity> entities;
  private final Declared<Contract> contracts;

  ViewReader(Folder folder, Declared<Entity> entities, Declared<Contract> contracts) {
    this.folder = folder;
    this.entities = entities;
    this.contracts = contracts;
  }

  Optional<FeatureView> read(Block block, String name) {
    if (RESERVED.contains(name)) {
      block.problem(
          "a view cannot be called %s: expressions use the word for something else", name);
    }
    Optional<Integer> version = block.get("version").flatMap(value -> value.integer(1));
    Optional<Contract> source =
        block
            .get("source")
            .flatMap(value -> value.text().flatMap(event -> contracts.find(value, event)));
    Optional<Entity> entity = entity(block, source);
    List<Window> windows = block.get("windows").map(ViewReader::windows).orElse(List.of());
    Duration offset = block.get("offset").flatMap(Value::durationOrZero).orElse(Duration.ZERO);
    Duration grace = block.get("grace").flatMap(Value::durationOrZero).orElse(DEFAULT_GRACE);
    Optional<Duration> resolution = resolution(block, windows, offset);
    Optional<Boolean> backfill = block.get("backfill").flatMap(Value::truth);
    List<Aggregation> aggregations =
        source
            .flatMap(s -> block.get("aggregations").map(list -> aggregations(list, s, windows)))
            .orElse(List.of());
    if (block.isBroken() || source.isEmpty() || entity.isEmpty()) {
      return Optional.empty();
    }
    FeatureView view =
        new FeatureView(
            new ViewId(name, version.orElseThrow()),
            entity.get(),
            source.get().event(),
            windows,
            resolution.orElseThrow(),
            offset,
            grace,
            aggregations,
            backfill.orElse(false),
            List.of());
    DerivationReader derivations =
        new DerivationReader(view, source.get().schema(), folder.problems());
    List<DerivedFeature> derived = block.get("derived").map(derivations::read).orElse(List.of());
    return block.isBroken() ? Optional.empty() : Optional.of(view.with(derived));
  }

  private Optional<Entity> entity(Block block, Optional<Contract> source) {
    return block
        .get("entity")
        .flatMap(
            value ->
                value
                    .text()
                    .flatMap(name -> entities.find(value, name))
                    .filter(e -> source.isEmpty() || hasKey(value, e, source.get())));
  }

  /** Whether an event has the field that holds an entity's key; reports where it has none. */
  static boolean hasKey(Value place, Entity entity, Contract event) {
    return Fields.find(place, entity.key(), event.schema(), event.event())
        .filter(
            field -> {
              if (!Fields.isKey(field)) {
                place.problem(
                    "the key of %s, the field %s of %s, is %s; expected a string, int or long",
                    entity.name(), field.name(), event.event(), Fields.describe(field));
              }
              return Fields.isKey(field);
            })
        .isPresent();
  }

  private static List<Window> windows(Value list) {
    List<Window> windows = new ArrayList<>();
    for (Value entry : list.nonEmptyList()) {
      window(entry)
          .ifPresent(
              window -> {
                windows.stream()
                    .filter(other -> other.length().equals(window.length()))
                    .findFirst()
                    .ifPresentOrElse(
                        other -> entry.problem(twice(other, window)), () -> windows.add(window));
              });
    }
    return windows.stream().sorted().toList();
  }

  private static String twice(Window one, Window other) {
    return one.equals(other)
        ? "the window %s stands twice".formatted(one)
        : "the window %s is as long as %s; expected each length once, in the unit that its features are asked for by"
            .formatted(other, one);
  }

  private static Optional<Window> window(Value entry) {
    return !entry.isMapping() && entry.text().equals(Optional.of(Window.LIFETIME.text()))
        ? Optional.of(Window.LIFETIME)
        : entry.duration().flatMap(length -> entry.text().map(Window::parse));
  }

  private static Optional<Duration> resolution(Block block, List<Window> windows, Duration offset) {
    Optional<Value> declared = block.get("resolution");
    if (declared.isEmpty()) {
      return windows.isEmpty()
          ? Optional.empty()
          : Optional.of(
              Resolution.byDefault(windows.stream().map(Window::length).toList(), offset));
    }
    Value place = declared.get();
    if (place.text().equals(Optional.of("exact"))) {
      return Optional.of(Resolution.EXACT);
    }
    Optional<Duration> resolution = place.duration();
    resolution.ifPresent(
        tile -> {
          String others =
              Stream.concat(windows.stream(), Stream.of(Window.of(offset)))
                  .filter(duration -> !Resolution.divides(tile, duration.length()))
                  .map(Window::text)
                  .collect(Collectors.joining(", "));
          if (!others.isEmpty()) {
            place.problem(
                "the resolution is %s; expected windows and offset to be multiples of it, which %s"
                    + " %s not",
                Durations.format(tile), others, others.contains(",") ? "are" : "is");
          }
        });
    return resolution;
  }

  private List<Aggregation> aggregations(Value list, Contract source, List<Window> windows) {
    AggregationReader reader =
        new AggregationReader(source.event(), source.schema(), folder.problems());
    List<Aggregation> aggregations = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Value entry : list.nonEmptyList()) {
      reader
          .read(entry)
          .ifPresent(
              aggregation -> {
                if (!names.add(aggregation.name())) {
                  entry.problem("two aggregations have the name %s", aggregation.name());
                }
                if (!aggregation.function().takesLifetime() && windows.contains(Window.LIFETIME)) {
                  entry.problem(
                      "%s is a %s, which a lifetime has not; expected windows of some length",
                      aggregation.name(), aggregation.function().name());
                }
                aggregations.add(aggregation);
              });
    }
    return aggregations;
  }
}
