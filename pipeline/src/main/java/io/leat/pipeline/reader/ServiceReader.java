package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureService.Label;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Fingerprints;
import io.leat.pipeline.model.LabelLeaks;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.Value;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Reads {@code services/*.yaml}: feature services. */
public final class ServiceReader {
  public static final Keys KEYS =
      Keys.of("a service")
          .requires("service", "version", "spine", "features")
          .allows("description", "views", "label");
  public static final Keys LABEL_KEYS =
      Keys.of("a label").requires("field", "on", "within").allows("from", "seen_by");

  private final Folder folder;
  private final Declared<Contract> contracts;
  private final DeclaredViews views;

  ServiceReader(Folder folder, Declared<Contract> contracts, DeclaredViews views) {
    this.folder = folder;
    this.contracts = contracts;
    this.views = views;
  }

  Optional<FeatureService> read(Block block, String name) {
    Optional<Integer> version = block.get("version").flatMap(value -> value.integer(1));
    Optional<Contract> spine =
        block
            .get("spine")
            .flatMap(value -> value.text().flatMap(event -> contracts.find(value, event)));
    Optional<Label> label =
        block
            .get("label")
            .flatMap(value -> value.block(LABEL_KEYS))
            .flatMap(fields -> spine.flatMap(s -> label(fields, s)));
    if (spine.isEmpty()) {
      return Optional.empty();
    }
    FeatureListReader reader =
        new FeatureListReader(spine.get(), contracts, views, folder.problems());
    block.get("views").ifPresent(reader::readViews);
    List<Feature> features = block.get("features").map(reader::read).orElse(List.of());
    if (block.isBroken() || reader.metSomethingBroken()) {
      return Optional.empty();
    }
    FeatureService service =
        new FeatureService(name, version.orElseThrow(), spine.get().event(), features, label, "");
    block.get("label").ifPresent(place -> checkLabel(place, service, reader.views()));
    return Optional.of(
        new FeatureService(
            name,
            service.version(),
            service.spine(),
            features,
            label,
            Fingerprints.of(service, reader.views())));
  }

  private Optional<Label> label(Block block, Contract spine) {
    Optional<Contract> from =
        block.get("from").isEmpty()
            ? Optional.of(spine)
            : block
                .get("from")
                .flatMap(value -> value.text().flatMap(event -> contracts.find(value, event)));
    Optional<String> field = from.flatMap(event -> field(block, "field", event));
    Optional<String> on = from.flatMap(event -> field(block, "on", event));
    if (on.isPresent()) {
      on = field(block, "on", spine);
    }
    Optional<Duration> within = block.get("within").flatMap(Value::duration);
    if (from.isEmpty() || field.isEmpty() || on.isEmpty() || within.isEmpty()) {
      return Optional.empty();
    }
    List<String> seenBy =
        block.get("seen_by").map(Value::list).orElse(List.of()).stream()
            .flatMap(value -> value.text().stream())
            .toList();
    return Optional.of(new Label(field.get(), from.get().event(), on.get(), within.get(), seenBy));
  }

  /** Reports features that see the label too soon, and declared ones that there are not. */
  private void checkLabel(Value place, FeatureService service, Collection<FeatureView> views) {
    Label label = service.label().orElseThrow();
    List<String> names = service.featureNames();
    for (String declared : label.seenBy()) {
      boolean known =
          names.stream()
              .anyMatch(new Label("", "", "", label.within(), List.of(declared))::isSeenBy);
      if (!known) {
        place.problem(
            "seen_by: the service has no feature %s.%s",
            declared, Suggestions.didYouMean(declared, names));
      }
    }
    LabelLeaks.sentence(LabelLeaks.of(service, label, views), label)
        .ifPresent(sentence -> place.problem("%s", sentence));
  }

  private static Optional<String> field(Block block, String key, Contract event) {
    return block
        .get(key)
        .flatMap(
            value ->
                value
                    .text()
                    .flatMap(name -> Fields.find(value, name, event.schema(), event.event())))
        .map(field -> field.name());
  }
}
