package io.leat.pipeline.reader;

import io.leat.common.Suggestions;
import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Entity;
import io.leat.pipeline.definition.FeatureService;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Monitor;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.definition.Receiver;
import io.leat.pipeline.definition.RetrainingPolicy;
import io.leat.pipeline.yaml.Block;
import io.leat.pipeline.yaml.Folder;
import io.leat.pipeline.yaml.Keys;
import io.leat.pipeline.yaml.NameRule;
import io.leat.pipeline.yaml.Problems;
import io.leat.pipeline.yaml.Value;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads a whole folder: which files there are, and in what order they are read. */
public final class FolderReader {
  private static final String PIPELINE_FILE = "pipeline.yaml";
  private static final String MODEL_FILE = "model.yaml";
  private static final List<String> FOLDERS =
      List.of(
          "contracts", "features", "services", "models", "monitors", "retraining", "notifications");

  private final Folder folder;
  private final Declared<Entity> entities = new Declared<>("entity");
  private final Declared<Contract> contracts = new Declared<>("event");
  private final DeclaredViews views = new DeclaredViews();
  private final Declared<FeatureService> services = new Declared<>("service");
  private final Declared<Model> models = new Declared<>("model");
  private final Declared<Monitor> monitors = new Declared<>("monitor");
  private final Declared<RetrainingPolicy> policies = new Declared<>("retraining policy");
  private final Declared<Receiver> receivers = new Declared<>("receiver");

  /**
   * Makes a definition of a file's keys and its name; reports what is wrong and gives nothing then.
   */
  private interface DefinitionReader<T> {
    Optional<T> read(Block block, String name);
  }

  private FolderReader(Folder folder) {
    this.folder = folder;
  }

  /**
   * Reads and checks a folder.
   *
   * @param artifactMayBeAbsent whether a model's ONNX file may be missing
   * @param check of each model, once all else is right
   * @throws PipelineException with all that is wrong with it
   */
  public static Pipeline read(
      Path folder, boolean artifactMayBeAbsent, PipelineReader.ModelCheck check)
      throws PipelineException {
    return new FolderReader(new Folder(folder, new Problems())).read(artifactMayBeAbsent, check);
  }

  private Pipeline read(boolean artifactMayBeAbsent, PipelineReader.ModelCheck check)
      throws PipelineException {
    checkFolders();
    Optional<PipelineFileReader.Header> header = header();
    String owner = header.map(PipelineFileReader.Header::owner).orElse("");
    each(
        "contracts",
        ContractReader.KEYS,
        NameRule.TOPIC,
        contracts,
        new ContractReader(folder, owner)::read);
    each(
        "features",
        ViewReader.KEYS,
        NameRule.IDENTIFIER,
        views,
        new ViewReader(folder, entities, contracts)::read);
    each(
        "services",
        ServiceReader.KEYS,
        NameRule.TOPIC,
        services,
        new ServiceReader(folder, contracts, views)::read);
    ModelReader modelReader =
        new ModelReader(folder, owner, contracts, views, services, artifactMayBeAbsent);
    each("models", ModelReader.KEYS, NameRule.TOPIC, models, modelReader::read);
    each(
        "monitors",
        MonitorReader.KEYS,
        NameRule.TOPIC,
        monitors,
        new MonitorReader(
                services,
                models,
                new SegmentReader(contracts, views, folder.problems()),
                new EmbeddingReader(contracts, views))
            ::read);
    each(
        "retraining",
        RetrainingReader.KEYS,
        NameRule.TOPIC,
        policies,
        new RetrainingReader(folder, services, models)::read);
    each(
        "notifications",
        ReceiverReader.KEYS,
        NameRule.TOPIC,
        receivers,
        new ReceiverReader(folder, monitors)::read);
    folder.problems().throwIfAny();
    Pipeline pipeline =
        new Pipeline(
            header.orElseThrow().name(),
            owner,
            entities.all(),
            contracts.all(),
            views.all(),
            services.all(),
            models.all(),
            monitors.all(),
            policies.all(),
            receivers.all());
    pipeline.models().forEach(model -> modelReader.check(model, pipeline, check));
    folder.problems().throwIfAny();
    return pipeline;
  }

  private void checkFolders() {
    for (String name : folder.subFolders("")) {
      if (!FOLDERS.contains(name)) {
        Suggestions.closest(name, FOLDERS)
            .ifPresent(
                meant ->
                    folder
                        .problems()
                        .add(
                            name, 1, "no folder of a pipeline. Did you mean %s?".formatted(meant)));
      }
    }
  }

  private Optional<PipelineFileReader.Header> header() {
    if (folder.has(PIPELINE_FILE)) {
      Optional<Value> file = folder.yaml(PIPELINE_FILE);
      if (file.isEmpty()) {
        entities.missOne();
      }
      return file.flatMap(value -> PipelineFileReader.read(value, entities));
    }
    folder
        .problems()
        .add(
            PIPELINE_FILE,
            1,
            "no such file; expected it to name the pipeline, its owner and its entities");
    entities.missOne();
    return Optional.empty();
  }

  /**
   * Reads every file of one kind. The first key that the kind requires holds the definition's name.
   */
  private <T> void each(
      String subFolder,
      Keys keys,
      NameRule rule,
      Declarations<T> declared,
      DefinitionReader<T> reader) {
    for (String file : files(subFolder)) {
      Optional<Block> block = folder.yaml(file).flatMap(value -> value.block(keys));
      Optional<Value> place = block.flatMap(b -> b.get(keys.required().get(0)));
      Optional<String> name = place.flatMap(value -> value.name(rule));
      if (name.isEmpty()) {
        declared.missOne();
        block.ifPresent(b -> reader.read(b, "unnamed"));
        continue;
      }
      declared.add(place.get(), name.get(), reader.read(block.get(), name.get()));
    }
  }

  private List<String> files(String subFolder) {
    if (!subFolder.equals("models")) {
      return folder.yamlFiles(subFolder);
    }
    List<String> files =
        folder.subFolders(subFolder).stream()
            .map(model -> subFolder + "/" + model + "/" + MODEL_FILE)
            .toList();
    files.stream()
        .filter(file -> !folder.has(file))
        .forEach(
            file ->
                folder.problems().add(file, 1, "no such file; expected it to declare the model"));
    return files.stream().filter(folder::has).toList();
  }
}
