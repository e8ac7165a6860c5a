package io.leat.pipeline.model;

import io.leat.pipeline.definition.FeatureService;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model file says of the service that it was made for and of the data that it was made of,
 * in its ONNX metadata properties.
 *
 * @param service name of the feature service
 * @param serviceVersion version of that service
 * @param definition fingerprint of the service's and its views' definitions at the time of training
 * @param features full names of the features, in the order of the input's columns
 * @param trainingSet SHA-256 (hex) of the training set's lineage; empty where the model was made of
 *     something else
 */
public record ModelMetadata(
    String service,
    int serviceVersion,
    String definition,
    List<String> features,
    Optional<String> trainingSet) {
  /**
   * The output of models that {@code leat train} makes: probabilities of a false and of a true
   * label.
   */
  public static final String TRAINED_OUTPUT = "probabilities";

  private static final String SERVICE = "leat.service";
  private static final String SERVICE_VERSION = "leat.service-version";
  private static final String DEFINITION = "leat.definition";
  private static final String FEATURES = "leat.features";
  private static final String TRAINING_SET = "leat.training-set";

  public ModelMetadata {
    features = List.copyOf(features);
  }

  /** What a model says that was trained on vectors of this service. */
  public static ModelMetadata of(FeatureService service) {
    return new ModelMetadata(
        service.name(),
        service.version(),
        service.definition(),
        service.featureNames(),
        Optional.empty());
  }

  /** The same, of a model that was trained on a training set. */
  public ModelMetadata withTrainingSet(String lineage) {
    return new ModelMetadata(service, serviceVersion, definition, features, Optional.of(lineage));
  }

  /** Whether the model was made for this service as it is defined now. */
  public boolean isFor(FeatureService wanted) {
    ModelMetadata without =
        new ModelMetadata(service, serviceVersion, definition, features, Optional.empty());
    return without.equals(of(wanted));
  }

  /** The properties, in a fixed order. Feature names are separated by line feeds. */
  public Map<String, String> toProperties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(SERVICE, service);
    properties.put(SERVICE_VERSION, Integer.toString(serviceVersion));
    properties.put(DEFINITION, definition);
    properties.put(FEATURES, String.join("\n", features));
    trainingSet.ifPresent(lineage -> properties.put(TRAINING_SET, lineage));
    return properties;
  }

  /**
   * Reads what {@link #toProperties} wrote.
   *
   * @return empty where any property is absent, as in a model that something else made
   * @throws IllegalArgumentException if the service's version is not a number
   */
  public static Optional<ModelMetadata> fromProperties(Map<String, String> properties) {
    String service = properties.get(SERVICE);
    String version = properties.get(SERVICE_VERSION);
    String definition = properties.get(DEFINITION);
    String features = properties.get(FEATURES);
    if (service == null || version == null || definition == null || features == null) {
      return Optional.empty();
    }
    return Optional.of(
        new ModelMetadata(
            service,
            Integer.parseInt(version),
            definition,
            features.isEmpty() ? List.of() : List.of(features.split("\n", -1)),
            Optional.ofNullable(properties.get(TRAINING_SET))));
  }
}
