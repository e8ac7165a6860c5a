package io.leat.deadletters;

import io.leat.pipeline.definition.Contract;
import io.leat.pipeline.definition.Pipeline;
import io.leat.pipeline.definition.PipelineException;
import io.leat.pipeline.reader.PipelineReader;
import io.leat.schemas.RegistryClient;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/**
 * Replays every dead letter of a pipeline's one event in small batches, to be killed in the middle.
 */
public final class ReplayProcess {
  private ReplayProcess() {}

  /** Arguments: pipeline folder, brokers, registry. */
  public static void main(String[] arguments) throws PipelineException {
    Pipeline pipeline = PipelineReader.read(Path.of(arguments[0]));
    RegistryClient registry = new RegistryClient(arguments[2]);
    Contract event = pipeline.contracts().get(0);
    DeadLetterContract contract = new DeadLetterContract(event, registry);
    new DeadLetterReplay(
            Map.of("bootstrap.servers", arguments[1]),
            registry,
            pipeline.name(),
            contract,
            new Repair(contract, Map.of(), registry),
            InstantSource.system())
        .run(
            new ReplayPlan(DeadLetterFilter.ALL, Long.MAX_VALUE, 3, "test", false),
            (deadLetter, why) -> System.out.println(deadLetter.position() + " stays: " + why));
  }
}
