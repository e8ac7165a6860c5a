package io.leat.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * One pipeline: all that its folder declares. Every name that one part uses of another has been
 * resolved; lists are in the order of their files' names.
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
    List<RetrainingPolicy> retraining) {
  public Pipeline {
    entities = List.copyOf(entities);
    contracts = List.copyOf(contracts);
    views = List.copyOf(views);
    services = List.copyOf(services);
    models = List.copyOf(models);
    monitors = List.copyOf(monitors);
    retraining = List.copyOf(retraining);
  }

  public Optional<Contract> contract(String event) {
    return contracts.stream().filter(c -> c.event().equals(event)).findFirst();
  }

  public Optional<FeatureView> view(String name) {
    return views.stream().filter(v -> v.name().equals(name)).findFirst();
  }

  public Optional<FeatureService> service(String name) {
    return services.stream().filter(s -> s.name().equals(name)).findFirst();
  }

  public Optional<Model> model(String name) {
    return models.stream().filter(m -> m.name().equals(name)).findFirst();
  }
}
