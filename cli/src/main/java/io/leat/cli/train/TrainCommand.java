package io.leat.cli.train;

import io.leat.cli.command.UserError;
import io.leat.pipeline.definition.Model;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.retraining.training.Algorithm;
import io.leat.retraining.training.Kind;
import io.leat.retraining.training.TrainingPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Trains a model of a pipeline on files of events, or on a training set. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = {
      "Trains a model of a pipeline on files of events or on a training set, and writes its ONNX"
          + " file and the reference profile of its training data where the model's definition says.",
      "Events pass the contract's rules and are replayed in the order of their time; the vectors"
          + " are those that the stream would make. The newest fifth of them is held out to measure the"
          + " model. The same files give the same model, byte for byte."
    })
public final class TrainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "Folder of the pipeline.")
  private Path folder = Path.of(".");

  @Option(names = "--model", paramLabel = "NAME", required = true, description = "The model.")
  private String model = "";

  @Mixin private VectorOptions vectors = new VectorOptions();

  @Option(
      names = "--max-left-out",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description =
          "Greatest share of the labelled vectors, from 0 to 1, that may be left out for one"
              + " reason, such as a null that the model's definition names nothing for. Default:"
              + " ${DEFAULT-VALUE}.")
  private double mostLeftOut;

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "logistic",
      completionCandidates = Algorithms.class,
      converter = Algorithms.class,
      description =
          "How the model is learnt: ${COMPLETION-CANDIDATES}. What has several candidates compares"
              + " them on later and later rows of those it learns from. Default: ${DEFAULT-VALUE}.")
  private Algorithm algorithm = Algorithm.LOGISTIC;

  @Spec private CommandSpec spec = CommandSpec.create();

  /**
   * @throws PipelineException if the pipeline is wrong
   * @throws UserError if the files do not fit it, or the model cannot be trained on them
   */
  @Override
  public Integer call() throws PipelineException {
    Pipeline pipeline = PipelineReader.readBeforeTraining(folder);
    Model definition =
        pipeline
            .model(model)
            .orElseThrow(
                () ->
                    new UserError(
                        "Pipeline %s has no model %s; it has %s."
                            .formatted(
                                pipeline.name(),
                                model,
                                pipeline.models().stream().map(Model::name).toList())));
    PrintWriter out = spec.commandLine().getOut();
    ModelTraining training =
        new ModelTraining(
            pipeline, definition, TrainingPlan.of(algorithm, Kind.BINARY), mostLeftOut);
    if (vectors.trainingSet().isPresent()) {
      if (vectors.isOfTimes()) {
        throw new ParameterException(
            spec.commandLine(),
            "--from, --until and --time-column go with --events; a training set has its times.");
      }
      training.run(vectors.trainingSet().get(), out);
    } else {
      training.run(vectors, out);
    }
    return 0;
  }

  /** The algorithms that learn two classes, by their names. */
  static final class Algorithms implements Iterable<String>, ITypeConverter<Algorithm> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Algorithm.values())
          .filter(one -> one.learns(Kind.BINARY))
          .map(Algorithm::label)
          .iterator();
    }

    @Override
    public Algorithm convert(String name) {
      return Algorithm.labelled(name)
          .filter(one -> one.learns(Kind.BINARY))
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is no algorithm that learns two classes; expected %s"
                          .formatted(name, String.join(" or ", this))));
    }
  }
}
