package io.leat.mlflow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leat.models.mlflow.MlflowDirectory;
import io.leat.models.registry.PublishedModel;
import io.leat.models.registry.RegistryView;
import io.leat.pipeline.definition.Model;
import io.leat.records.ModelVersion;
import io.leat.records.RegisteredModel;
import io.leat.records.VersionStanding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Versions and models of the registry in MLflow's words. A deleted version is none. */
final class Versions {
  /** Tags that begin so say what Leat knows; nobody sets them. */
  static final String OWN_TAGS = "leat.";

  /** The tag that is MLflow's description of a version. */
  static final String DESCRIPTION = "mlflow.note.content";

  private Versions() {}

  /**
   * A version by its number.
   *
   * @throws Refusal if there is none
   */
  static ModelVersion require(RegistryView view, String model, int number) throws Refusal {
    return view.version(model, number)
        .filter(version -> !view.isDeleted(version))
        .orElseThrow(
            () -> Refusal.absent("Model Version (name=%s, version=%d) not found", model, number));
  }

  /** The versions of a model that are not deleted, oldest first. */
  static List<ModelVersion> all(RegistryView view, String model) {
    return view.versions(model).stream().filter(version -> !view.isDeleted(version)).toList();
  }

  /** Tags of a version, and what Leat knows of it. */
  static Map<String, String> tags(RegistryView view, ModelVersion version) {
    Map<String, String> tags = new TreeMap<>();
    Optional<VersionStanding> standing = view.standing(version.getModel(), version.getNumber());
    standing.ifPresent(known -> tags.putAll(known.getTags()));
    tags.remove(DESCRIPTION);
    tags.put(OWN_TAGS + "label", version.getLabel());
    tags.put(OWN_TAGS + "digest", version.getDigest());
    standing.ifPresent(known -> tags.put(OWN_TAGS + "status", known.getStatus().name()));
    return tags;
  }

  /** Id of the run that a version was logged in; empty where it says none. */
  static String run(ModelVersion version) {
    return PublishedModel.manifest(version).lineage().getOrDefault(MlflowDirectory.RUN, "");
  }

  /**
   * A version.
   *
   * @param server the address that the client asked
   */
  static ObjectNode json(RegistryView view, ModelVersion version, String server) {
    long published = version.getPublishedAt().toEpochMilli();
    ObjectNode json =
        RestApi.JSON
            .createObjectNode()
            .put("name", version.getModel())
            .put("version", String.valueOf(version.getNumber()))
            .put("creation_timestamp", published)
            .put("last_updated_timestamp", published)
            .put("user_id", version.getPublishedBy())
            .put("current_stage", "None")
            .put("description", description(view, version))
            .put("source", Locations.of(version, server))
            .put("run_id", run(version))
            .put("status", "READY")
            .put("run_link", "");
    put(json, "tags", tags(view, version));
    ArrayNode named = json.putArray("aliases");
    aliases(view, version.getModel())
        .forEach(
            (alias, number) -> {
              if (number == version.getNumber()) {
                named.add(alias);
              }
            });
    return json;
  }

  private static String description(RegistryView view, ModelVersion version) {
    return view.standing(version.getModel(), version.getNumber())
        .map(standing -> standing.getTags().getOrDefault(DESCRIPTION, ""))
        .orElse("");
  }

  /** The aliases of a model, the champion's among them. */
  private static Map<String, Integer> aliases(RegistryView view, String model) {
    Map<String, Integer> aliases =
        new TreeMap<>(view.model(model).map(RegisteredModel::getAliases).orElse(Map.of()));
    view.champion(model)
        .ifPresent(champion -> aliases.put(RegistryView.CHAMPION, champion.getNumber()));
    return aliases;
  }

  /**
   * A model, whether or not it has versions.
   *
   * @param declared as the pipeline has it; empty where another pipeline has
   */
  static ObjectNode json(RegistryView view, String name, Optional<Model> declared, String server) {
    List<ModelVersion> versions = new ArrayList<>(all(view, name));
    Collections.reverse(versions);
    ObjectNode json =
        RestApi.JSON
            .createObjectNode()
            .put("name", name)
            .put("description", declared.map(Model::intendedUse).orElse(""))
            .put("user_id", declared.map(Model::owner).orElse(""));
    versions.stream()
        .findFirst()
        .ifPresent(
            newest -> {
              json.put("last_updated_timestamp", newest.getPublishedAt().toEpochMilli());
              json.putArray("latest_versions").add(json(view, newest, server));
            });
    view.versions(name).stream()
        .findFirst()
        .ifPresent(first -> json.put("creation_timestamp", first.getPublishedAt().toEpochMilli()));
    ArrayNode named = json.putArray("aliases");
    aliases(view, name)
        .forEach(
            (alias, number) ->
                named.addObject().put("alias", alias).put("version", String.valueOf(number)));
    return json;
  }

  private static void put(ObjectNode json, String field, Map<String, String> values) {
    ArrayNode list = json.putArray(field);
    values.forEach((key, value) -> list.addObject().put("key", key).put("value", value));
  }
}
