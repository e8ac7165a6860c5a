package io.leat.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServerBuilder;
import io.leat.models.registry.ModelReference;
import io.leat.models.registry.ModelRegistry;
import io.leat.models.registry.ModelRegistry.Published;
import io.leat.models.registry.PipelineModels;
import io.leat.models.registry.Reason;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.records.ModelVersion;
import io.leat.runtime.access.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * MLflow's registered models and model versions. Models are those that the pipeline declares; a
 * version is published as {@code leat model publish} does it, an alias is Leat's.
 */
final class RegistryRoutes {
  private static final String MODELS = "/api/2.0/mlflow/registered-models/";
  private static final String VERSIONS = "/api/2.0/mlflow/model-versions/";
  private static final String LABEL = "label";
  private static final String DECLARED =
      "The pipeline declares what is said of a model, in models/%s/model.yaml; a version can have tags.";

  private final Pipeline pipeline;
  private final ModelRegistry registry;
  private final Publisher publisher;
  private final Locations locations;
  private final Uploads uploads;
  private final RunRoutes runs;
  private final RestApi gate;

  RegistryRoutes(
      Pipeline pipeline,
      ModelRegistry registry,
      Publisher publisher,
      Locations locations,
      Uploads uploads,
      RunRoutes runs,
      RestApi gate) {
    this.pipeline = pipeline;
    this.registry = registry;
    this.publisher = publisher;
    this.locations = locations;
    this.uploads = uploads;
    this.runs = runs;
    this.gate = gate;
  }

  /**
   * @param longest how long a version may take to be tried and published
   */
  void configure(ServerBuilder server, Duration longest) {
    read(server, HttpMethod.GET, MODELS + "get", this::model);
    read(server, HttpMethod.GET, MODELS + "search", this::searchModels);
    read(server, HttpMethod.GET, MODELS + "alias", this::byAlias);
    read(server, HttpMethod.GET, MODELS + "get-latest-versions", this::latest);
    read(server, HttpMethod.POST, MODELS + "get-latest-versions", this::latest);
    read(server, HttpMethod.GET, VERSIONS + "get", this::version);
    read(server, HttpMethod.GET, VERSIONS + "search", this::searchVersions);
    read(server, HttpMethod.GET, VERSIONS + "get-download-uri", this::downloadUri);
    write(server, HttpMethod.POST, MODELS + "create", this::createModel);
    write(server, HttpMethod.POST, MODELS + "alias", this::setAlias);
    write(server, HttpMethod.DELETE, MODELS + "alias", this::deleteAlias);
    write(server, HttpMethod.PATCH, MODELS + "update", this::refuseOfModel);
    write(server, HttpMethod.POST, MODELS + "rename", this::refuseOfModel);
    write(server, HttpMethod.DELETE, MODELS + "delete", this::refuseOfModel);
    write(server, HttpMethod.POST, MODELS + "set-tag", this::refuseOfModel);
    write(server, HttpMethod.DELETE, MODELS + "delete-tag", this::refuseOfModel);
    write(server, HttpMethod.PATCH, VERSIONS + "update", this::describe);
    write(server, HttpMethod.DELETE, VERSIONS + "delete", this::delete);
    write(server, HttpMethod.POST, VERSIONS + "set-tag", this::setTag);
    write(server, HttpMethod.DELETE, VERSIONS + "delete-tag", this::deleteTag);
    write(server, HttpMethod.POST, VERSIONS + "transition-stage", RegistryRoutes::refuseStages);
    server
        .route()
        .post(VERSIONS + "create")
        .requestTimeout(longest)
        .build(gate.service("model-versions/create", Role.WRITE_MODELS, this::createVersion));
  }

  private void read(ServerBuilder server, HttpMethod method, String path, RestApi.Work work) {
    route(server, method, path, Role.READ_MODELS, work);
  }

  private void write(ServerBuilder server, HttpMethod method, String path, RestApi.Work work) {
    route(server, method, path, Role.WRITE_MODELS, work);
  }

  private void route(
      ServerBuilder server, HttpMethod method, String path, Role role, RestApi.Work work) {
    String name = path.substring(MODELS.lastIndexOf('/', MODELS.length() - 2) + 1);
    server.route().methods(method).path(path).build(gate.service(name, role, work));
  }

  /** The name in a call, of a model that is declared or has versions. */
  private String known(RegistryView view, Call call) throws Refusal {
    String name = call.required("name");
    if (pipeline.model(name).isEmpty() && view.model(name).isEmpty()) {
      throw Refusal.absent("Registered Model with name=%s not found", name);
    }
    return name;
  }

  private ObjectNode model(Call call) throws Refusal {
    RegistryView view = registry.view();
    return json(view, known(view, call), call);
  }

  private ObjectNode json(RegistryView view, String name, Call call) {
    return object(
        "registered_model", Versions.json(view, name, pipeline.model(name), call.server()));
  }

  /** A model is there once the pipeline declares it; that it has versions makes it exist. */
  private ObjectNode createModel(Call call) throws Refusal {
    String name = call.required("name");
    RegistryView view = registry.view();
    PipelineModels.declared(pipeline, name);
    if (view.model(name).isPresent()) {
      throw new Refusal(
          HttpStatus.BAD_REQUEST,
          "RESOURCE_ALREADY_EXISTS",
          "Registered Model (name=%s) already exists.",
          name);
    }
    if (!call.fields().path("tags").isEmpty() || call.text("description").isPresent()) {
      throw Refusal.invalid(DECLARED, name);
    }
    return json(view, name, call);
  }

  private ObjectNode refuseOfModel(Call call) throws Refusal {
    throw Refusal.invalid(DECLARED, known(registry.view(), call));
  }

  private static ObjectNode refuseStages(Call call) throws Refusal {
    throw Refusal.invalid(
        "Leat has no stages, which MLflow deprecates since 2.9: set an alias, or let the version score with 'leat model promote %s@%s'.",
        call.required("name"), call.required("version"));
  }

  private ObjectNode searchModels(Call call) throws Refusal {
    Search search = Search.of(call.text("filter").orElse(""), Set.of("name"));
    RegistryView view = registry.view();
    List<String> found =
        view.models().keySet().stream()
            .filter(name -> search.matches(Map.of("name", name), Map.of()))
            .sorted()
            .toList();
    Search.Page<String> page = Search.page(call, found, Map.of("name", name -> name));
    ObjectNode answer = RestApi.JSON.createObjectNode();
    ArrayNode models = answer.putArray("registered_models");
    page.found()
        .forEach(
            name -> models.add(Versions.json(view, name, pipeline.model(name), call.server())));
    return next(answer, page);
  }

  private ObjectNode searchVersions(Call call) throws Refusal {
    Search search =
        Search.of(
            call.text("filter").orElse(""), Set.of("name", "run_id", "source_path", Search.NUMBER));
    RegistryView view = registry.view();
    List<ModelVersion> found = new ArrayList<>();
    for (String model : view.models().keySet().stream().sorted().toList()) {
      for (ModelVersion version : Versions.all(view, model)) {
        Map<String, String> attributes =
            Map.of(
                "name",
                version.getModel(),
                "run_id",
                Versions.run(version),
                "source_path",
                Locations.of(version, call.server()),
                Search.NUMBER,
                String.valueOf(version.getNumber()));
        if (search.matches(attributes, Versions.tags(view, version))) {
          found.add(version);
        }
      }
    }
    Collections.reverse(found); // newest first, as MLflow has them
    Map<String, Function<ModelVersion, Comparable<?>>> keys = new LinkedHashMap<>();
    keys.put("name", ModelVersion::getModel);
    keys.put(Search.NUMBER, ModelVersion::getNumber);
    keys.put("creation_timestamp", ModelVersion::getPublishedAt);
    keys.put("last_updated_timestamp", ModelVersion::getPublishedAt);
    Search.Page<ModelVersion> page = Search.page(call, found, keys);
    ObjectNode answer = RestApi.JSON.createObjectNode();
    ArrayNode versions = answer.putArray("model_versions");
    page.found().forEach(version -> versions.add(Versions.json(view, version, call.server())));
    return next(answer, page);
  }

  private static ObjectNode next(ObjectNode answer, Search.Page<?> page) {
    return page.next() == null ? answer : answer.put("next_page_token", page.next());
  }

  private ObjectNode latest(Call call) throws Refusal {
    RegistryView view = registry.view();
    String name = known(view, call);
    if (!call.fields().path("stages").isEmpty() || call.text("stages").isPresent()) {
      throw Refusal.invalid("Leat has no stages; name a version, or an alias.");
    }
    List<ModelVersion> versions = Versions.all(view, name);
    ObjectNode answer = RestApi.JSON.createObjectNode();
    ArrayNode newest = answer.putArray("model_versions");
    if (!versions.isEmpty()) {
      newest.add(Versions.json(view, versions.get(versions.size() - 1), call.server()));
    }
    return answer;
  }

  private ObjectNode byAlias(Call call) throws Refusal {
    RegistryView view = registry.view();
    String name = known(view, call);
    String alias = call.required("alias");
    int number =
        view.alias(name, alias)
            .orElseThrow(() -> Refusal.invalid("Registered model alias %s not found.", alias));
    return answer(view, Versions.require(view, name, number), call);
  }

  private ObjectNode version(Call call) throws Refusal {
    RegistryView view = registry.view();
    return answer(view, named(view, call), call);
  }

  private ModelVersion named(RegistryView view, Call call) throws Refusal {
    String model = call.required("name");
    String version = call.required("version");
    return version.matches("\\d{1,9}")
        ? Versions.require(view, model, Integer.parseInt(version))
        : Versions.require(view, model, 0);
  }

  private static ModelReference reference(ModelVersion version) {
    return new ModelReference(version.getModel(), String.valueOf(version.getNumber()));
  }

  private ObjectNode downloadUri(Call call) throws Refusal {
    ModelVersion version = named(registry.view(), call);
    return RestApi.JSON
        .createObjectNode()
        .put("artifact_uri", Locations.of(version, call.server()));
  }

  private static ObjectNode answer(RegistryView view, ModelVersion version, Call call) {
    return object("model_version", Versions.json(view, version, call.server()));
  }

  private static ObjectNode object(String field, ObjectNode value) {
    ObjectNode answer = RestApi.JSON.createObjectNode();
    answer.set(field, value);
    return answer;
  }

  private ObjectNode createVersion(Call call) throws Refusal, IOException {
    Model declared = PipelineModels.declared(pipeline, call.required("name"));
    String source = call.required("source");
    Map<String, String> tags = tags(call);
    Optional<String> label = Optional.ofNullable(tags.remove(Versions.OWN_TAGS + LABEL));
    for (String name : tags.keySet()) {
      requireFree(name);
    }
    call.text("description").ifPresent(text -> tags.put(Versions.DESCRIPTION, text));
    Locations.Source files = locations.source(source, call.server());
    Published published = publisher.publish(declared, files.folder(), label, why(call, files));
    if (!files.upload().isEmpty()) {
      uploads.use(files.upload());
    }
    if (!tags.isEmpty()) {
      registry.tag(reference(published.version()), tags, Reason.of(call.sender().name()));
    }
    return answer(registry.view(), published.version(), call);
  }

  /** What was logged in the run is what the version rests on. */
  private Reason why(Call call, Locations.Source files) throws Refusal, IOException {
    return new Reason(
        call.sender().name(),
        call.text("description"),
        files.upload().isEmpty() ? List.of() : runs.evidence(files.upload()));
  }

  private static Map<String, String> tags(Call call) {
    Map<String, String> tags = new TreeMap<>();
    for (JsonNode tag : call.fields().path("tags")) {
      tags.put(tag.path("key").asText(), tag.path("value").asText());
    }
    tags.values().removeIf(String::isEmpty);
    return tags;
  }

  private static void requireFree(String tag) throws Refusal {
    if (tag.startsWith(Versions.OWN_TAGS) || tag.isBlank()) {
      throw Refusal.invalid("The tag '%s' is Leat's own; name another.", tag);
    }
  }

  private ObjectNode setTag(Call call) throws Refusal {
    String key = call.required("key");
    requireFree(key);
    // An empty value takes a tag away, in Leat.
    String value = call.required("value");
    registry.tag(reference(named(registry.view(), call)), Map.of(key, value), sender(call));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode deleteTag(Call call) throws Refusal {
    String key = call.required("key");
    requireFree(key);
    registry.tag(reference(named(registry.view(), call)), Map.of(key, ""), sender(call));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode describe(Call call) throws Refusal {
    ModelReference version = reference(named(registry.view(), call));
    registry.tag(
        version, Map.of(Versions.DESCRIPTION, call.text("description").orElse("")), sender(call));
    return version(call);
  }

  private ObjectNode setAlias(Call call) throws Refusal {
    registry.alias(
        reference(named(registry.view(), call)),
        call.required("alias"),
        call.number("expected_version"),
        sender(call));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode deleteAlias(Call call) throws Refusal {
    String alias = call.required("alias");
    if (alias.equals(RegistryView.CHAMPION)) {
      throw Refusal.invalid(
          "The champion is the version that scores; it is followed by another: leat model promote.");
    }
    registry.removeAlias(known(registry.view(), call), alias, sender(call));
    return RestApi.JSON.createObjectNode();
  }

  private ObjectNode delete(Call call) throws Refusal {
    registry.delete(reference(named(registry.view(), call)), sender(call));
    return RestApi.JSON.createObjectNode();
  }

  private static Reason sender(Call call) {
    return Reason.of(call.sender().name());
  }
}
