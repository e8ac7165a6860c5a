package io.leat.features.server;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.leat.common.Lookups;
import io.leat.features.server.OnlineRequest.Names;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.features.server.RequestException.Kind;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.FeatureService.Feature;
import io.leat.pipeline.definition.FeatureView;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.ViewId;
import io.leat.pipeline.reader.KeyPartitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline has to serve, and what requests call it. Of a view that has several versions the
 * name alone means the one that is promoted, or the lowest while none is. Thread-safe; another
 * promotion holds for every request that is planned after it.
 */
final class Catalog {
  private static final Pattern REFERENCE =
      Pattern.compile("(?<view>[^:@]+)(@([vV](?<version>\\d{1,9})|latest))?:(?<feature>[^:]+)");

  /** Plans that are kept; clients use few, and one that makes names up must not fill memory. */
  private static final int MOST_PLANS = 1_000;

  private final Pipeline pipeline;
  private final Map<String, ServedEntity> entities = new LinkedHashMap<>();

  /** By {@link FeatureView#id()}. */
  private final Map<ViewId, ServedView> views = new LinkedHashMap<>();

  private volatile Meanings meanings = new Meanings(Map.of());

  /**
   * What names mean until another version of a view is promoted, and the plans that were made so.
   *
   * @param promoted by name of the view
   */
  private record Meanings(Map<String, Integer> promoted, Cache<Names, ReadPlan> plans) {
    Meanings(Map<String, Integer> promoted) {
      this(Map.copyOf(promoted), Caffeine.newBuilder().maximumSize(MOST_PLANS).build());
    }
  }

  Catalog(Pipeline pipeline) {
    this.pipeline = pipeline;
    pipeline.entities().forEach(e -> entities.put(e.name(), ServedEntity.of(e, pipeline)));
    KeyPartitions partitions = KeyPartitions.of(pipeline);
    for (FeatureView view : pipeline.views()) {
      views.put(
          view.id(),
          new ServedView(
              view,
              Lookups.required(entities, view.entity().name()),
              pipeline.contract(view.source()).orElseThrow(),
              partitions.of(view.source())));
    }
  }

  Pipeline pipeline() {
    return pipeline;
  }

  List<ServedView> views() {
    return List.copyOf(views.values());
  }

  /**
   * Says what the names of views mean from now on.
   *
   * @param promoted versions by name of the view; those that the pipeline does not declare count as
   *     none
   */
  void promote(Map<String, Integer> promoted) {
    meanings = new Meanings(promoted);
  }

  /** The entity that a request means by a column: by its key's field, or by its own name. */
  @Nullable ServedEntity entity(String column) {
    for (ServedEntity entity : entities.values()) {
      if (entity.field().equals(column)) {
        return entity;
      }
    }
    return entities.get(column);
  }

  /**
   * Finds out what names stand for.
   *
   * @throws RequestException if they stand for nothing
   */
  ReadPlan plan(Names names) throws RequestException {
    Meanings now = meanings;
    ReadPlan known = now.plans().getIfPresent(names);
    if (known != null) {
      return known;
    }
    ReadPlan plan =
        names.service().isPresent() ? ofService(names) : ofReferences(names, now.promoted());
    now.plans().put(names, plan);
    return plan;
  }

  private ReadPlan ofReferences(Names names, Map<String, Integer> promoted)
      throws RequestException {
    List<ServedView> read = new ArrayList<>();
    List<Planned> columns = new ArrayList<>();
    Map<ServedView, Map<Integer, Feature>> derived = new LinkedHashMap<>();
    for (String reference : names.features()) {
      Matcher matcher = REFERENCE.matcher(reference);
      if (!matcher.matches()) {
        throw new RequestException(
            Kind.SENSELESS,
            "'%s' is no feature reference; expected view:feature or view@v2:feature.",
            reference);
      }
      String name = matcher.group("view");
      String version = matcher.group("version");
      ServedView view = version == null ? named(name, promoted) : versioned(name, version);
      String prefix = version == null ? view.name() : view.name() + "@v" + view.version();
      String feature = matcher.group("feature");
      Planned column = ofView(view, prefix, feature, names.full(), read);
      if (column.isMade()) {
        derived
            .computeIfAbsent(view, first -> new LinkedHashMap<>())
            .put(columns.size(), view.definition().derived(feature).orElseThrow());
      }
      columns.add(column);
    }
    List<EventFeatures> made = new ArrayList<>();
    derived.forEach(
        (view, features) ->
            made.add(
                new EventFeatures(
                    service(view.definition(), List.copyOf(features.values())),
                    pipeline,
                    List.copyOf(features.keySet()),
                    this::served)));
    return plan(columns, read, names, made);
  }

  /** A service of a view's derived features alone: they are made as they are for services. */
  private static FeatureService service(FeatureView view, List<Feature> derived) {
    return new FeatureService(
        view.name(), view.version(), view.source(), derived, Optional.empty(), "");
  }

  private ReadPlan ofService(Names names) throws RequestException {
    String name = names.service().orElseThrow();
    FeatureService service =
        pipeline
            .service(name)
            .orElseThrow(
                () ->
                    new RequestException(
                        Kind.NO_SERVICE,
                        "There is no feature service %s; the pipeline %s has %s.",
                        name,
                        pipeline.name(),
                        listed(pipeline.services().stream().map(FeatureService::name).toList())));
    Map<String, ServedView> meant = new HashMap<>();
    pipeline.viewsFor(service).forEach(view -> meant.put(view.name(), served(view)));
    List<ServedView> read = new ArrayList<>();
    List<Planned> columns = new ArrayList<>();
    for (Feature feature : service.features()) {
      String full = feature.name();
      ServedView view = meant.get(full.substring(0, Math.max(0, full.indexOf('.'))));
      String column = full.substring(full.indexOf('.') + 1);
      columns.add(
          view == null
              ? new Planned(
                  names.full() ? full.replace(".", "__") : column, Planned.NONE, Planned.NONE)
              : ofView(view, view.name(), column, names.full(), read));
    }
    if (columns.stream().noneMatch(Planned::isMade)) {
      return plan(columns, read, names, List.of());
    }
    List<Integer> places = IntStream.range(0, columns.size()).boxed().toList();
    EventFeatures made = new EventFeatures(service, pipeline, places, this::served);
    made.views().forEach(view -> indexOf(view, read));
    return plan(columns, read, names, List.of(made));
  }

  private static ReadPlan plan(
      List<Planned> columns, List<ServedView> read, Names names, List<EventFeatures> made)
      throws RequestException {
    Set<String> distinct = new HashSet<>();
    for (Planned column : columns) {
      if (!distinct.add(column.name())) {
        throw new RequestException(
            Kind.NAMES_COLLIDE,
            "Two columns of the answer would be called %s; %s.",
            column.name(),
            names.full()
                ? "name each feature once"
                : "name each feature once, or set full_feature_names to true");
      }
    }
    Set<String> data = new LinkedHashSet<>();
    made.forEach(features -> data.addAll(features.data()));
    return new ReadPlan(
        List.copyOf(columns), distinct, List.copyOf(read), names.service(), made, data);
  }

  private static Planned ofView(
      ServedView view, String prefix, String feature, boolean full, List<ServedView> read)
      throws RequestException {
    int index = view.columns().indexOf(feature);
    if (index < 0 && view.definition().derived(feature).isEmpty()) {
      throw new RequestException(
          Kind.NO_FEATURE,
          "There is no feature %s in view %s, version %d; it has %s.",
          feature,
          view.name(),
          view.version(),
          listed(view.definition().featureNames()));
    }
    return new Planned(full ? prefix + "__" + feature : feature, indexOf(view, read), index);
  }

  private static int indexOf(ServedView view, List<ServedView> read) {
    if (!read.contains(view)) {
      read.add(view);
    }
    return read.indexOf(view);
  }

  private ServedView served(FeatureView view) {
    return Lookups.required(views, view.id());
  }

  /** The view that a name alone means. */
  private ServedView named(String name, Map<String, Integer> promoted) throws RequestException {
    return served(pipeline.meantByName(name, promoted).orElseThrow(() -> unknown(name)));
  }

  private ServedView versioned(String name, String version) throws RequestException {
    List<FeatureView> versions = pipeline.versions(name);
    if (versions.isEmpty()) {
      throw unknown(name);
    }
    ServedView view = views.get(new ViewId(name, Integer.parseInt(version)));
    if (view == null) {
      throw new RequestException(
          Kind.NO_VERSION,
          "There is no version %s of view %s; the pipeline %s serves %s %s.",
          version,
          name,
          pipeline.name(),
          versions.size() == 1 ? "version" : "versions",
          listed(versions.stream().map(known -> "" + known.version()).toList()));
    }
    return view;
  }

  private RequestException unknown(String view) {
    return new RequestException(
        Kind.NO_VIEW,
        "There is no feature view %s; the pipeline %s has %s.",
        view,
        pipeline.name(),
        listed(pipeline.views().stream().map(FeatureView::name).distinct().toList()));
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
