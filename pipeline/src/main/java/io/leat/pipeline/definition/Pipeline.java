package io.leat.pipeline.definition;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One pipeline: all that its folder declares. Every name that one part uses of another has been
 * resolved; lists are in the order of their files' names.
 *
 * <p>There may be several versions of a view, side by side; of everything else a name stands for
 * one definition.
 *
 * @param name the pipeline's name; prefix of its jobs' consumer groups
 * @param owner who answers for it
 */
public record Pipeline(
    String name,
    String owner,
    List<Entity> entities,
    List<Contract> contracts,
    List<FeatureView> views,
    List<FeatureService> services,
    List<Model> models,
    List<Monitor> monitors,
    List<RetrainingPolicy> retraining,
    List<Receiver> receivers) {
  public Pipeline {
    entities = List.copyOf(entities);
    contracts = List.copyOf(contracts);
    views = List.copyOf(views);
    services = List.copyOf(services);
    models = List.copyOf(models);
    monitors = List.copyOf(monitors);
    retraining = List.copyOf(retraining);
    receivers = List.copyOf(receivers);
  }

  /** A pipeline that tells nobody. */
  public Pipeline(
      String name,
      String owner,
      List<Entity> entities,
      List<Contract> contracts,
      List<FeatureView> views,
      List<FeatureService> services,
      List<Model> models,
      List<Monitor> monitors,
      List<RetrainingPolicy> retraining) {
    this(
        name, owner, entities, contracts, views, services, models, monitors, retraining, List.of());
  }

  public Optional<Contract> contract(String event) {
    return contracts.stream().filter(c -> c.event().equals(event)).findFirst();
  }

  /** The versions of a view, ascending; none where there is no such view. */
  public List<FeatureView> versions(String view) {
    return views.stream()
        .filter(v -> v.name().equals(view))
        .sorted(Comparator.comparingInt(FeatureView::version))
        .toList();
  }

  /** A view, where the folder declares that version of it. */
  public Optional<FeatureView> view(ViewId id) {
    return views.stream().filter(v -> v.id().equals(id)).findFirst();
  }

  /**
   * The version of a view that its name alone means to who reads features: the one that is
   * promoted, or the lowest where that is none of the folder's; none where there is no such view.
   *
   * @param promoted versions by name of the view
   */
  public Optional<FeatureView> meantByName(String view, Map<String, Integer> promoted) {
    List<FeatureView> versions = versions(view);
    return versions.stream()
        .filter(v -> Integer.valueOf(v.version()).equals(promoted.get(view)))
        .findFirst()
        .or(() -> versions.stream().findFirst());
  }

  /**
   * The views that a service's features need, in lists or within expressions, in the order of
   * {@link #views()}.
   */
  public List<FeatureView> viewsFor(FeatureService service) {
    Set<ViewId> needed = service.views();
    return views.stream().filter(view -> needed.contains(view.id())).toList();
  }

  public Optional<FeatureService> service(String name) {
    return services.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  /**
   * The events that say what the labels of a service are: the one that brings them, and the spine
   * where only it has what both share; none where the service declares no label.
   */
  public Set<String> labelEvents(FeatureService service) {
    Set<String> events = new LinkedHashSet<>();
    service
        .label()
        .ifPresent(
            label -> {
              events.add(label.from());
              if (!contract(service.spine()).orElseThrow().eventId().equals(label.on())
                  && !label.from().equals(service.spine())) {
                events.add(service.spine());
              }
            });
    return events;
  }

  /**
   * The entity whose rows hang together among a service's: that by whose key its spine is keyed,
   * else its views' first; empty where it has no view.
   */
  public Optional<Entity> entity(FeatureService service) {
    Optional<String> key = contract(service.spine()).flatMap(Contract::key);
    List<Entity> entities = viewsFor(service).stream().map(FeatureView::entity).toList();
    return entities.stream()
        .filter(entity -> key.equals(Optional.of(entity.key())))
        .findFirst()
        .or(() -> entities.stream().findFirst());
  }

  public Optional<Model> model(String name) {
    return models.stream().filter(m -> m.name().equals(name)).findFirst();
  }
}
