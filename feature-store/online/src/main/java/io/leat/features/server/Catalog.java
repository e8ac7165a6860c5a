package io.leat.features.server;

import io.leat.features.server.OnlineRequest.Names;
import io.leat.features.server.ReadPlan.Planned;
import io.leat.features.server.RequestException.Kind;
import io.leat.pipeline.FeatureService;
import io.leat.pipeline.FeatureService.ViewFeature;
import io.leat.pipeline.FeatureView;
import io.leat.pipeline.Pipeline;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a pipeline has to serve, and what requests call it. Thread-safe. */
final class Catalog {
  private static final Pattern REFERENCE =
      Pattern.compile("(?<view>[^:@]+)(@([vV](?<version>\\d{1,9})|latest))?:(?<feature>[^:]+)");

  /** Plans that are kept; clients use few, and one that makes names up must not fill memory. */
  private static final int MOST_PLANS = 1_000;

  private final Pipeline pipeline;
  private final Map<String, ServedEntity> entities = new LinkedHashMap<>();
  private final Map<String, ServedView> views = new LinkedHashMap<>();
  private final Map<Names, ReadPlan> plans = new ConcurrentHashMap<>();

  Catalog(Pipeline pipeline) {
    this.pipeline = pipeline;
    pipeline.entities().forEach(e -> entities.put(e.name(), ServedEntity.of(e, pipeline)));
    for (FeatureView view : pipeline.views()) {
      views.put(
          view.name(),
          new ServedView(
              view,
              entities.get(view.entity().name()),
              pipeline.contract(view.source()).orElseThrow().schema()));
    }
  }

  Pipeline pipeline() {
    return pipeline;
  }

  List<ServedView> views() {
    return List.copyOf(views.values());
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
    ReadPlan known = plans.get(names);
    if (known != null) {
      return known;
    }
    ReadPlan plan = names.service().isPresent() ? ofService(names) : ofReferences(names);
    if (plans.size() >= MOST_PLANS) {
      plans.clear();
    }
    plans.put(names, plan);
    return plan;
  }

  private ReadPlan ofReferences(Names names) throws RequestException {
    List<ServedView> read = new ArrayList<>();
    List<Planned> columns = new ArrayList<>();
    for (String reference : names.features()) {
      Matcher matcher = REFERENCE.matcher(reference);
      if (!matcher.matches()) {
        throw new RequestException(
            Kind.SENSELESS,
            "'%s' is no feature reference; expected view:feature or view@v2:feature.",
            reference);
      }
      ServedView view = view(matcher.group("view"));
      String version = matcher.group("version");
      if (version != null && Integer.parseInt(version) != view.version()) {
        throw new RequestException(
            Kind.NO_VERSION,
            "There is no version %s of view %s; the pipeline %s serves version %d.",
            version,
            view.name(),
            pipeline.name(),
            view.version());
      }
      String prefix = version == null ? view.name() : view.name() + "@v" + view.version();
      columns.add(ofView(view, prefix, matcher.group("feature"), names.full(), read));
    }
    return plan(columns, read, names, Optional.empty());
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
    List<ServedView> read = new ArrayList<>();
    List<Planned> columns = new ArrayList<>();
    boolean ofEvent = false;
    for (FeatureService.Feature feature : service.features()) {
      if (feature instanceof ViewFeature of) {
        columns.add(ofView(view(of.view()), of.view(), of.column(), names.full(), read));
      } else {
        String full = feature.name();
        String column =
            names.full() ? full.replace(".", "__") : full.substring(full.indexOf('.') + 1);
        columns.add(new Planned(column, -1, columns.size()));
        ofEvent = true;
      }
    }
    if (!ofEvent) {
      return plan(columns, read, names, Optional.empty());
    }
    EventFeatures data = new EventFeatures(service, pipeline);
    for (FeatureView needed : data.views()) {
      indexOf(view(needed.name()), read);
    }
    return plan(columns, read, names, Optional.of(data));
  }

  private static ReadPlan plan(
      List<Planned> columns, List<ServedView> read, Names names, Optional<EventFeatures> data)
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
    return new ReadPlan(List.copyOf(columns), distinct, List.copyOf(read), names.service(), data);
  }

  private static Planned ofView(
      ServedView view, String prefix, String feature, boolean full, List<ServedView> read)
      throws RequestException {
    int index = view.columns().indexOf(feature);
    if (index < 0) {
      throw new RequestException(
          Kind.NO_FEATURE,
          "There is no feature %s in view %s; it has %s.",
          feature,
          view.name(),
          listed(view.columns()));
    }
    return new Planned(full ? prefix + "__" + feature : feature, indexOf(view, read), index);
  }

  private static int indexOf(ServedView view, List<ServedView> read) {
    if (!read.contains(view)) {
      read.add(view);
    }
    return read.indexOf(view);
  }

  private ServedView view(String name) throws RequestException {
    ServedView view = views.get(name);
    if (view == null) {
      throw new RequestException(
          Kind.NO_VIEW,
          "There is no feature view %s; the pipeline %s has %s.",
          name,
          pipeline.name(),
          listed(pipeline.views().stream().map(FeatureView::name).toList()));
    }
    return view;
  }

  private static String listed(List<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
