package io.leat.features.online;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.reader.KeyPartitions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The way of one event stream through the online store: one stage an entity, in a chain.
 *
 * <p>The entity whose key is the contract's key comes first, since its events lie where they are
 * needed already; then come the entities that some vector waits for, then those whose views are
 * only brought up to date; each in the order of declaration.
 *
 * @param contract the event
 * @param stages entity stages in the order in which the event passes them
 * @param immediate services of this spine that need no view at all
 * @param partitions number of partitions that entity keys are spread over ({@link KeyPartitions})
 */
public record ChainPlan(
    Contract contract, List<Stage> stages, List<FeatureService> immediate, int partitions) {
  public ChainPlan {
    stages = List.copyOf(stages);
    immediate = List.copyOf(immediate);
  }

  /**
   * What happens to an event at one entity.
   *
   * @param entity the entity whose key the event is brought to
   * @param updates views of the entity that are made of this event
   * @param evaluates views of the entity that vectors of this event take values of
   * @param completes services whose values are all there after this stage
   */
  public record Stage(
      Entity entity,
      List<FeatureView> updates,
      List<FeatureView> evaluates,
      List<FeatureService> completes) {
    public Stage {
      updates = List.copyOf(updates);
      evaluates = List.copyOf(evaluates);
      completes = List.copyOf(completes);
    }

    /** Every view of the stage, once: those updated first. */
    public List<FeatureView> views() {
      return Stream.concat(updates.stream(), evaluates.stream()).distinct().toList();
    }
  }

  /** The plans of every event that some view is made of or some service has as its spine. */
  public static List<ChainPlan> of(Pipeline pipeline) {
    KeyPartitions partitions = KeyPartitions.of(pipeline);
    Map<String, List<Stage>> chains = new LinkedHashMap<>();
    for (Contract contract : pipeline.contracts()) {
      boolean source =
          pipeline.views().stream().anyMatch(view -> view.source().equals(contract.event()));
      if (source || !spineOf(contract, pipeline).isEmpty()) {
        chains.put(contract.event(), stages(contract, pipeline));
      }
    }
    return chains.entrySet().stream()
        .map(
            chain -> {
              Contract contract = pipeline.contract(chain.getKey()).orElseThrow();
              return new ChainPlan(
                  contract,
                  chain.getValue(),
                  spineOf(contract, pipeline).stream()
                      .filter(service -> pipeline.viewsFor(service).isEmpty())
                      .toList(),
                  partitions.of(chain.getKey()));
            })
        .toList();
  }

  private static List<FeatureService> spineOf(Contract contract, Pipeline pipeline) {
    return pipeline.services().stream()
        .filter(service -> service.spine().equals(contract.event()))
        .toList();
  }

  private static List<Stage> stages(Contract contract, Pipeline pipeline) {
    List<FeatureService> services = spineOf(contract, pipeline);
    Set<FeatureView> needed =
        services.stream()
            .flatMap(service -> pipeline.viewsFor(service).stream())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    Comparator<Entity> order =
        Comparator.comparingInt(
            entity -> {
              boolean keyed = contract.key().filter(entity.key()::equals).isPresent();
              boolean awaited = needed.stream().anyMatch(view -> view.entity().equals(entity));
              return keyed ? 0 : awaited ? 1 : 2;
            });
    Set<FeatureView> evaluated = new HashSet<>();
    Set<FeatureService> completed = new HashSet<>();
    List<Stage> stages = new ArrayList<>();
    for (Entity entity : pipeline.entities().stream().sorted(order).toList()) {
      List<FeatureView> updates =
          pipeline.views().stream()
              .filter(view -> view.entity().equals(entity))
              .filter(view -> view.source().equals(contract.event()))
              .toList();
      List<FeatureView> evaluates =
          needed.stream().filter(view -> view.entity().equals(entity)).toList();
      if (updates.isEmpty() && evaluates.isEmpty()) {
        continue;
      }
      evaluated.addAll(evaluates);
      List<FeatureService> completes =
          services.stream()
              .filter(service -> !pipeline.viewsFor(service).isEmpty())
              .filter(service -> evaluated.containsAll(pipeline.viewsFor(service)))
              .filter(completed::add)
              .toList();
      stages.add(new Stage(entity, updates, evaluates, completes));
    }
    return stages;
  }
}
